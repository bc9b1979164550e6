#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts that run diskimage-builder beside dibhost: installs it from PyPI, and makes it work where the
# kernel has no device-mapper. They set `work`, their folder, and run in a mount namespace of their own.

: "${work:?}"
# shellcheck disable=SC2034 # for who sources this
readonly version=3.43.0

# The mirror that the build host's apt uses for a suite.
host_mirror() {
    apt-get --print-uris update |
        sed -n "s|^'\(.*\)/dists/$1/InRelease'.*|\1|p" | head -n 1
}

# Takes away the partitions of a disk that a failed build left attached, and what bind_stand_ins made.
remove_stand_ins() {
    local link name
    for link in ${stand_ins:+/dev/mapper/loop*p*}; do
        if [ -L "$link" ]; then
            name=${link##*/}
            losetup -d "$(readlink "$link")" "/dev/${name%p*}" || true
            rm "$link"
        fi
    done
    if [ -n "${mapper_made:-}" ]; then
        rmdir "$mapper_made"
    fi
}

# Stand-ins for kpartx and dmsetup. kpartx -uvs|-av DISK: one loop device per partition, linked below
# /dev/mapper. kpartx -d DISK and dmsetup remove NAME: the reverse.
bind_stand_ins() {
    if dmsetup version >/dev/null 2>&1; then
        return
    fi
    stand_ins=1
    mkdir -p "$work/stand-ins"
    cat >"$work/stand-ins/kpartx" <<'KPARTX'
#!/bin/bash
set -eu
disk=${!#}
name=${disk##*/}
# The file behind the disk: a loop device on a loop device would not pass discards on.
file=$(losetup --noheadings --output BACK-FILE "$disk")
detach() {
    [ -L "$1" ] || return 0
    losetup -d "$(readlink "$1")"
    rm "$1"
}
for link in /dev/mapper/"$name"p*; do
    detach "$link"
done
case $1 in -d*) exit 0 ;; esac
sfdisk -l -o Start,Sectors "$disk" | sed '1,/Start/d' | {
    number=0
    while read -r start sectors; do
        number=$((number + 1))
        loop=$(losetup --find --show --offset $((start * 512)) \
            --sizelimit $((sectors * 512)) "$file")
        ln -s "$loop" "/dev/mapper/${name}p$number"
    done
}
KPARTX
    cat >"$work/stand-ins/dmsetup" <<'DMSETUP'
#!/bin/bash
set -eu
if [ "$1" = remove ] && [ -L "/dev/mapper/$2" ]; then
    losetup -d "$(readlink "/dev/mapper/$2")"
    rm "/dev/mapper/$2"
fi
DMSETUP
    chmod +x "$work/stand-ins/"*
    for tool in kpartx dmsetup; do
        mount --bind "$work/stand-ins/$tool" "$(command -v $tool)"
    done
    if [ ! -d /dev/mapper ]; then
        mkdir /dev/mapper
        mapper_made=/dev/mapper
    fi
}

install_original() {
    if [ ! -x "$work/venv/bin/disk-image-create" ]; then
        python3 -m venv "$work/venv"
        "$work/venv/bin/pip" install --quiet --disable-pip-version-check \
            "diskimage-builder==$version" "setuptools<80"
    fi
}
