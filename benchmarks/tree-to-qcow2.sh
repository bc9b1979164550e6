#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the way from a finished Debian tree to a qcow2 with the original's steps (loop device, mkfs.ext4, mount,
# cp -ra, fstrim, qemu-img convert -c). Both read the tree from, and keep the raw image in, memory; both end when the
# qcow2 is on the disk. They alternate. On a machine with other work: chrt -r 1 benchmarks/tree-to-qcow2.sh
#
#   benchmarks/tree-to-qcow2.sh [rounds]        default 3
#
# Environment:
#   PRODUCTS   the folder with the program tree-to-image, default .build/release
#   CACHE      where the tree's archive stays between runs, default /var/tmp/dibhost-bench
#   LIMIT      the ratio that must not be exceeded, default 0.25
#
# Needs root, mmdebstrap (once), qemu-utils, e2fsprogs, 6 GiB of free memory.
# Exit status: 0 within the limit, 1 above it or a step failed, 3 something is missing.
set -euo pipefail

rounds=${1:-3}
limit=${LIMIT:-0.25}
here=$(cd "$(dirname "$0")" && pwd)
products=${PRODUCTS:-$here/../.build/release}
cache=${CACHE:-/var/tmp/dibhost-bench}
release=bookworm

die() {
    echo "tree-to-qcow2: $1" >&2
    exit "${2:-1}"
}

if [ "$(id -u)" -ne 0 ]; then
    die "run it as root: it mounts" 3
fi
if [ "${TREE_TO_QCOW2_NAMESPACE:-}" != 1 ]; then
    TREE_TO_QCOW2_NAMESPACE=1 exec unshare --mount --propagation private -- "$0" "$@"
fi
for tool in mmdebstrap qemu-img mkfs.ext4 losetup fstrim awk; do
    command -v "$tool" >/dev/null || die "'$tool' is missing" 3
done
program=$(realpath -e "$products/TreeToImage") || die "'$products/TreeToImage' is missing: make build" 3

# The mirror that the build host's apt uses for a suite.
host_mirror() {
    apt-get --print-uris update |
        sed -n "s|^'\(.*\)/dists/$1/InRelease'.*|\1|p" | head -n 1
}

make_tree_archive() {
    mkdir -p "$cache"
    local mirror
    mirror=$(host_mirror "$release")
    [ -n "$mirror" ] || die "the host's apt has no source for '$release'" 3
    mmdebstrap --quiet --format=tar --variant=important \
        --include=linux-image-amd64,grub-pc-bin,locales,openssh-server,python3,cloud-init,git,gcc,vim \
        "$release" "$cache/tree.tar.part" "$mirror" >&2
    mv "$cache/tree.tar.part" "$cache/tree.tar"
}

work=$(mktemp -d /var/tmp/tree-to-qcow2.XXXXXX)
loop=
clean_up() {
    cd /
    mountpoint -q "$work/memory/mnt" && umount "$work/memory/mnt"
    [ -z "$loop" ] || losetup -d "$loop"
    mountpoint -q "$work/memory" && umount "$work/memory"
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT

[ -e "$cache/tree.tar" ] || make_tree_archive
mkdir "$work/memory" "$work/out"
mount -t tmpfs -o size=6g tmpfs "$work/memory"
cd "$work/memory"
mkdir tree mnt scratch
tar --xattrs --xattrs-include='*' --acls --numeric-owner -C tree -xpf "$cache/tree.tar"
echo "tree: $(du -sm tree | cut -f 1) MiB, $(find tree | wc -l) entries"

seconds_of() {
    local start end
    start=$(date +%s.%N)
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "'$*' failed"; }
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }'
}

original() {
    local kib
    kib=$(du -a -c -x tree | tail -n 1 | cut -f 1)
    kib=$(((kib * 10 / 6 + 65536 + 63) / 64 * 64))
    truncate -s $((kib * 1024 + 1048576)) image.raw
    loop=$(losetup --show -f -o 1048576 image.raw)
    mkfs.ext4 -q -i 4096 -J size=64 -L cloudimg-rootfs "$loop"
    mount "$loop" mnt
    cp -ra tree/* mnt
    sync -f mnt
    fstrim --verbose mnt
    umount mnt
    losetup -d "$loop"
    loop=
    qemu-img convert -c -f raw -O qcow2 image.raw "$work/out/original.qcow2-new"
    mv "$work/out/original.qcow2-new" "$work/out/original.qcow2"
    sync "$work/out/original.qcow2"
    rm image.raw
}

ours() {
    "$program" tree "$work/out/ours.qcow2" scratch
    rm scratch/image.raw
}

total_original=0
total_ours=0
for round in $(seq "$rounds"); do
    rm -f "$work"/out/*
    sync "$work/out"
    a=$(seconds_of original)
    sync "$work/out"
    b=$(seconds_of ours)
    echo "round $round: original $a s, ours $b s ($(tail -n 1 "$work/log"))"
    total_original=$(awk -v t="$total_original" -v x="$a" 'BEGIN { print t + x }')
    total_ours=$(awk -v t="$total_ours" -v x="$b" 'BEGIN { print t + x }')
done
qemu-img check -q "$work/out/ours.qcow2"
echo "sizes: original $(stat -c %s "$work/out/original.qcow2"), ours $(stat -c %s "$work/out/ours.qcow2") bytes"
awk -v o="$total_ours" -v t="$total_original" -v limit="$limit" 'BEGIN {
    ratio = o / t
    printf "ratio: %.3f (limit %s)\n", ratio, limit
    exit ratio > limit
}'
