#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the way from a finished Debian tree to an ext4 with the original's (loop device, mkfs.ext4, mount, cp -a) and
# with mke2fs -d; then the two cases that mke2fs -d is slow at with mke2fs -d alone: 30,000 files in one folder, and one
# file of 3 GiB. Trees and images are in memory, and the ways alternate. Processor time, which other work on the machine
# disturbs less, is shown beside the time that passed.
#
#   benchmarks/tree-to-ext4.sh [rounds]        default 3
#
# Environment:
#   PRODUCTS   the folder with the program TreeToImage, default .build/release
#   CACHE      where benchmarks/tree-to-qcow2.sh keeps its tree, default /var/tmp/dibhost-bench; it makes it when it is missing
#   LIMITS     the ratios that must not be exceeded: to loop and cp -a, to mke2fs -d (default "0.6 1.0")
#
# Needs root, e2fsprogs, 12 GiB of free memory. Exit status: 0, 1 above a limit, 3 lacks something.
set -euo pipefail

rounds=${1:-3}
read -ra limits <<<"${LIMITS:-0.6 1.0}"
here=$(cd "$(dirname "$0")" && pwd)
products=${PRODUCTS:-$here/../.build/release}
cache=${CACHE:-/var/tmp/dibhost-bench}

die() {
    echo "tree-to-ext4: $1" >&2
    exit "${2:-1}"
}

[ "$(id -u)" -eq 0 ] || die "run it as root: it mounts" 3
if [ "${TREE_TO_EXT4_NAMESPACE:-}" != 1 ]; then
    TREE_TO_EXT4_NAMESPACE=1 exec unshare --mount --propagation private -- "$0" "$@"
fi
for tool in mke2fs mkfs.ext4 losetup awk; do
    command -v "$tool" >/dev/null || die "'$tool' is missing" 3
done
program=$(realpath -e "$products/TreeToImage") || die "'$products/TreeToImage' is missing: make build" 3
[ -e "$cache/tree.tar" ] || die "'$cache/tree.tar' is missing: run benchmarks/tree-to-qcow2.sh once" 3

work=$(mktemp -d /var/tmp/tree-to-ext4.XXXXXX)
# shellcheck disable=SC2317 # called at the end
clean_up() {
    cd /
    mountpoint -q "$work/mnt" && umount "$work/mnt"
    umount "$work"
    rmdir "$work"
}
mount -t tmpfs -o size=11g tmpfs "$work"
trap clean_up EXIT
cd "$work"
mkdir debian names large mnt scratch
tar --xattrs --xattrs-include='*' --acls --numeric-owner -C debian -xpf "$cache/tree.tar"
mkdir names/folder
(cd names/folder && seq -f 'a-file-with-a-name-%g' 30000 | xargs touch)
head -c 3G /dev/zero | tr '\0' b >large/file
echo "tree: $(du -sm debian | cut -f 1) MiB, $(find debian | wc -l) entries"

# shellcheck disable=SC2317 # called by measure
original() {
    truncate -s "$2" image.raw
    mkfs.ext4 -q -i 4096 -J size=64 image.raw
    mount -o loop image.raw mnt
    cp -a "$1/." mnt
    umount mnt
    rm image.raw
}

# shellcheck disable=SC2317
populate() {
    truncate -s "$2" image.raw
    mke2fs -q -F -t ext4 -i 4096 -J size=64 -d "$1" image.raw
    rm image.raw
}

# shellcheck disable=SC2317
ours() {
    "$program" "$1" image.raw scratch
}

# measure NAME COMMAND...: adds to the sums of real and processor time of NAME.
declare -A real=() busy=()
measure() {
    local name=$1 TIMEFORMAT='%R %U %S' line
    shift
    line=$({ time "$@" >/dev/null 2>log; } 2>&1) || { cat log >&2; die "'$*' failed"; }
    read -r seconds user system <<<"$line"
    real[$name]=$(awk -v a="${real[$name]:-0}" -v b="$seconds" 'BEGIN { print a + b }')
    busy[$name]=$(awk -v a="${busy[$name]:-0}" -v b="$user" -v c="$system" 'BEGIN { print a + b + c }')
}

failed=0
# compare OURS OTHER LIMIT
compare() {
    awk -v ours="${real[$1]}" -v other="${real[$2]}" -v mine="${busy[$1]}" -v theirs="${busy[$2]}" \
        -v limit="$3" -v name="$1" -v against="$2" -v rounds="$rounds" 'BEGIN {
            printf "%s against %s: %.2f and %.2f s, ratio %.3f (limit %s); processor %.2f and %.2f s, ratio %.3f\n",
                name, against, ours / rounds, other / rounds, ours / other, limit, mine / rounds,
                theirs / rounds, mine / theirs
            exit ours / other > limit
        }' || failed=1
}

for _ in $(seq "$rounds"); do
    measure "loop and cp -a" original debian 2G
    measure "mke2fs -d" populate debian 2G
    measure dibhost ours debian
done
compare dibhost "loop and cp -a" "${limits[0]}"
compare dibhost "mke2fs -d" "${limits[1]}"
rounds=1
measure "mke2fs -d of 30,000 files" populate names 200M
measure "30,000 files" ours names
compare "30,000 files" "mke2fs -d of 30,000 files" "${limits[1]}"
measure "mke2fs -d of 3 GiB" populate large 4G
measure "3 GiB" ours large
compare "3 GiB" "mke2fs -d of 3 GiB" "${limits[1]}"
exit "$failed"
