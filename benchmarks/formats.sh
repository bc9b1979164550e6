#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the making of outputs with the plain commands for them, side by side in one run on one tree: qcow2 with
# qemu-img convert -c, tar.zst with tar and gzip -9, squashfs with mksquashfs -comp xz; and all outputs of one run with
# one run for each, which gives the peak of memory too. On a machine with other work: chrt -r 1 benchmarks/formats.sh
#
#   benchmarks/formats.sh [megabytes]        how much of /usr the tree holds, default 800
#
# Environment:
#   DIBHOST    the program, default .build/release/dibhost
#   LIMITS     the ratios that must not be exceeded: qcow2, tar.zst, squashfs, all outputs (default "0.12 0.03 0.5 1")
#
# A build's own work besides the output (workspace, cleaning) counts for dibhost; its checksums do too.
# Needs root, qemu-utils, squashfs-tools, erofs-utils, pigz, e2fsprogs. Exit status: 0, 1 above a limit, 3 lacks something.
set -euo pipefail

megabytes=${1:-800}
read -ra limits <<<"${LIMITS:-0.12 0.03 0.5 1}"
here=$(cd "$(dirname "$0")" && pwd)
formats=qcow2,raw,vhd,tar.zst,squashfs,erofs,cpio,oci

die() {
    echo "formats: $1" >&2
    exit "${2:-1}"
}

[ "$(id -u)" -eq 0 ] || die "run it as root: builds mount" 3
for tool in qemu-img mksquashfs mkfs.erofs pigz mke2fs gzip awk; do
    command -v "$tool" >/dev/null || die "'$tool' is missing" 3
done
dibhost=$(realpath -e "${DIBHOST:-$here/../.build/release/dibhost}") || die "dibhost is missing: make build" 3

work=$(mktemp -d /var/tmp/formats.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT
cd "$work"
mkdir -p elements/operating-system/root.d tree out scratch
echo operating-system >elements/operating-system/element-provides
# The copy keeps its files' times; hooks must find it as the tree.
cat >elements/operating-system/root.d/10-copy <<END
#!/bin/bash
set -eu
cp -a "$work/tree/." "\$TARGET_ROOT"
END
chmod +x elements/operating-system/root.d/10-copy

# Files of /usr in the order of their names until there are enough.
(cd / && find usr/bin usr/share usr/lib -xdev -type f -printf '%s %p\0' | sort -z -k 2 |
    awk -v RS='\0' -v ORS='\0' -v most="$megabytes" '
        { size = $1; sub(/^[0-9]+ /, ""); sum += size; if (sum <= most * 1048576) print }' |
    tar --null --no-recursion -T - -cf -) | tar -C tree -xf -
mkdir -p tree/{dev,etc,proc,sys,tmp,var}
echo "tree: $(du -sm tree | cut -f 1) MiB, $(find tree | wc -l) entries"

# timed NAME COMMAND...: seconds in $seconds, peak memory of the largest process in KiB in $peak.
timed() {
    local name=$1 start end
    shift
    sync -f .
    start=$(date +%s.%N)
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "'$name' failed"; }
    end=$(date +%s.%N)
    seconds=$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }')
    echo "  $name: $seconds s"
}

# shellcheck disable=SC2317 # called by timed
build() {
    rm -rf out/*
    TMP_DIR="$work/scratch" DIB_IMAGE_CACHE="$work/cache" SOURCE_DATE_EPOCH=1700000000 \
        "$dibhost" build -n --elements-path elements -t "$1" -o out/image operating-system
}

# The seconds of a step in the report of the build that is in the log.
step() { sed -n "s/^.*image *$1  *\([0-9.]*\) s\$/\1/p" "$work/log" | tail -n 1; }

failed=0
compare() {
    local ratio
    ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.3f", a / b }')
    echo "$1: $ratio of the time (limit $4)"
    awk -v r="$ratio" -v limit="$4" 'BEGIN { exit r <= limit }' && failed=1
    return 0
}

echo "qcow2"
timed "dibhost, whole build" build qcow2,raw
ours=$(step "convert to qcow2")
echo "  dibhost, the step alone: $ours s"
timed "qemu-img convert -c" qemu-img convert -c -f raw -O qcow2 out/image.raw reference
compare qcow2 "$ours" "$seconds" "${limits[0]}"

echo "tar.zst"
timed "dibhost, whole build" build tar.zst
ours=$(step "write tar.zst")
echo "  dibhost, the step alone: $ours s"
timed "tar | gzip -9" sh -c 'tar --xattrs -C tree -cf - . | gzip -9 >reference'
compare tar.zst "$ours" "$seconds" "${limits[1]}"

echo "squashfs"
timed "dibhost, whole build" build squashfs
ours=$(step "write squashfs")
echo "  dibhost, the step alone: $ours s"
rm reference
timed "mksquashfs -comp xz" mksquashfs tree reference -noappend -no-progress -comp xz
compare squashfs "$ours" "$seconds" "${limits[2]}"

echo "all of $formats"
timed "in one build" build "$formats"
together=$seconds
apart=0
for format in ${formats//,/ }; do
    timed "$format alone" build "$format"
    apart=$(awk -v a="$apart" -v b="$seconds" 'BEGIN { print a + b }')
done
compare "all outputs at once, against one build for each" "$together" "$apart" "${limits[3]}"

# The largest process of a build, its tree and image kept on the disk.
peak=$(python3 - "$dibhost" "$work" "$formats" <<'END'
import os, resource, subprocess, sys
dibhost, work, formats = sys.argv[1:]
environment = dict(os.environ, TMP_DIR=work + "/scratch", DIB_IMAGE_CACHE=work + "/cache")
subprocess.run(
    [dibhost, "build", "-n", "--no-tmpfs", "--elements-path", "elements", "-t", formats, "-o", "out/peak",
     "operating-system"], env=environment, check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
END
)
echo "peak memory of the largest process: $peak MiB"
exit "$failed"
