#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares a cold `dibhost debian vm` with the cold `disk-image-create debian-minimal vm` of
# diskimage-builder, both to qcow2: same mirror, both with an empty package cache, sync included.
#
#   benchmarks/cold-build.sh [rounds]        default 2; the two alternate
#
# Environment:
#   ONLY       "original" or "ours": run only that half
#   RELEASE    default bookworm
#   PRODUCTS   the folder that holds dibhost and its plugins, default .build/release
#   WORK       where everything is put, default a temporary folder that is removed at the end
#   KEEP       not empty: leave WORK in place (images, logs, package lists)
#   LIMIT      the ratio that must not be exceeded, default 0.6
#
# Needs root (both programs mount and chroot), python3-venv, mmdebstrap, debootstrap, qemu-utils, kpartx.
# Where the kernel has no device-mapper, stand-ins for kpartx and dmsetup are bound over the real ones in
# the mount namespace of this script: partitions become loop devices with an offset.
# Exit status: 0 within the limit, 1 above it, a build failed or our image lacks packages of the original's, 3
# something is missing.
#
# The two halves are called by name, which shellcheck cannot follow.
# shellcheck disable=SC2317
set -euo pipefail

release=${RELEASE:-bookworm}
rounds=${1:-2}
limit=${LIMIT:-0.6}
only=${ONLY:-}
here=$(cd "$(dirname "$0")" && pwd)
products=$(realpath "${PRODUCTS:-$here/../.build/release}")

die() {
    echo "cold-build: $1" >&2
    exit "${2:-1}"
}

if [ "$(id -u)" -ne 0 ]; then
    die "run it as root: both programs mount and chroot" 3
fi
if [ "${COLD_BUILD_NAMESPACE:-}" != 1 ]; then
    COLD_BUILD_NAMESPACE=1 exec unshare --mount --propagation private -- "$0" "$@"
fi
for tool in python3 mmdebstrap qemu-img kpartx losetup sfdisk mkfs.ext4 debugfs awk; do
    command -v "$tool" >/dev/null || die "'$tool' is missing" 3
done

work=${WORK:-$(mktemp -d /var/tmp/cold-build.XXXXXX)}
mkdir -p "$work"
# shellcheck source=benchmarks/original.bash
source "$here/original.bash"
remove_work() {
    remove_stand_ins
    if [ -z "${KEEP:-}" ]; then
        rm -rf --one-file-system "$work"
    fi
}
trap remove_work EXIT

mirror=$(host_mirror "$release")
security=$(host_mirror "$release-security")
[ -n "$mirror" ] || die "the host's apt has no source for '$release'" 3

run_original() {
    rm -rf "$work/original-cache" "$work/original"
    mkdir -p "$work/original"
    PATH=$work/venv/bin:$PATH DIB_RELEASE=$release DIB_PYTHON_VERSION=3 \
        DIB_DISTRIBUTION_MIRROR=$mirror DIB_DEBIAN_SECURITY_MIRROR=$security \
        disk-image-create --image-cache "$work/original-cache" -t qcow2 \
        -o "$work/original/image" debian-minimal vm
}

run_ours() {
    rm -rf "$work/our-cache" "$work/ours"
    mkdir -p "$work/ours"
    "$products/dibhost" build --plugin-dir "$work/plugins" \
        --image-cache "$work/our-cache" -t qcow2 --set "debian.release=$release" \
        -o "$work/ours/image" debian vm
}

# Runs one half and prints its seconds by the clock and of the processor.
timed() {
    sync
    local TIMEFORMAT='%R %U %S'
    if ! { time { "run_$1" </dev/null >"$work/$1.$2.log" 2>&1 && sync; }; } 2>"$work/time"; then
        tail -n 20 "$work/$1.$2.log" >&2
        die "the build of '$1' failed, see '$work/$1.$2.log' (kept with KEEP=1)"
    fi
    awk '{ printf "%.1f %.1f\n", $1, $2 + $3 }' "$work/time"
}

# The package names in an image: read from its file system, without a mount.
packages() {
    qemu-img convert -O raw "$1" "$work/raw"
    local start
    start=$(sfdisk -l -o Start "$work/raw" | tail -n 1 | tr -d ' ')
    debugfs -R "cat /var/lib/dpkg/status" "$work/raw?offset=$((start * 512))" 2>/dev/null |
        awk '/^Package: / { p = $2 } /^Status: install ok installed/ { print p }' | sort
    rm "$work/raw"
}

halves="original ours"
[ -z "$only" ] || halves=$only
case " $halves " in *" original "*)
    install_original
    bind_stand_ins
    ;;
esac
case " $halves " in *" ours "*)
    (cd "$here/.." && Scripts/collect-plugins "$products" "$work/plugins")
    ;;
esac

declare -A sum=([original]=0 [ours]=0)
for ((round = 1; round <= rounds; round++)); do
    for half in $halves; do
        read -r seconds processor <<<"$(timed "$half" "$round")"
        [ -n "$seconds" ] || exit 1
        echo "round $round: $half $seconds s, $processor s of the processor"
        sum[$half]=$(awk -v a="${sum[$half]}" -v b="$seconds" 'BEGIN { print a + b }')
    done
done

for half in $halves; do
    packages "$work/$half/image.qcow2" >"$work/$half.packages"
    echo "$half: $(wc -l <"$work/$half.packages") packages," \
        "$(stat -c %s "$work/$half/image.qcow2") bytes of qcow2"
done
[ -z "$only" ] || exit 0

missing=$(comm -23 "$work/original.packages" "$work/ours.packages")
echo "packages only in ours: $(comm -13 "$work/original.packages" "$work/ours.packages" | tr '\n' ' ')"
awk -v ours="${sum[ours]}" -v original="${sum[original]}" -v n="$rounds" -v limit="$limit" 'BEGIN {
    printf "mean of %d: original %.1f s, ours %.1f s, ratio %.2f (limit %.2f)\n",
        n, original / n, ours / n, ours / original, limit
    exit ours / original > limit }' || slower=1
if [ -n "$missing" ]; then
    die "our image lacks packages of the original: ${missing//$'\n'/ }"
fi
exit "${slower:-0}"
