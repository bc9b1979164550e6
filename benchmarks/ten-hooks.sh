#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a build costs beside the work of its hooks: ten hooks that do nothing, on both sides of the chroot, a tiny tree and
# no image, with dibhost and with diskimage-builder, in turn.
#
#   benchmarks/ten-hooks.sh [rounds]         default 7; the median counts
#
# Environment:
#   DIBHOST   the command under test, default .build/release/dibhost
#   PLUGINS   its plugin folder, default .build/element-plugins
#   LIMIT     the ratio that must not be exceeded, default 0.06
#
# Needs root, busybox, python3-venv and PyPI.
# Exit status: 0 within the limit, 1 above it or a build failed.
set -euo pipefail

rounds=${1:-7}
limit=${LIMIT:-0.06}
here=$(cd "$(dirname "$0")/.." && pwd)
dibhost=${DIBHOST:-$here/.build/release/dibhost}

work=$(mktemp -d "${TMPDIR:-/var/tmp}/dibhost-hooks.XXXXXX")
# shellcheck source=benchmarks/original.bash
source "$here/benchmarks/original.bash"
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir -p "$work/elements/ten" "$work/bin" "$work/cache"
for hook in root extra-data extra-data pre-install pre-install install install post-install post-root cleanup; do
    folder=$work/elements/ten/$hook.d
    mkdir -p "$folder"
    script=$folder/5$(find "$folder" -type f | wc -l)-nothing
    printf '#!/bin/bash\nset -eu\ntrue\n' >"$script"
    chmod +x "$script"
done
# The original measures its hooks inside the tree, where busybox has no parts of a second.
cat >"$work/elements/ten/root.d/90-date" <<'END'
#!/bin/bash
set -eu
rm -f "$TARGET_ROOT/usr/bin/date"
cp -L "$(command -v date)" "$TARGET_ROOT/usr/bin/date"
END
chmod +x "$work/elements/ten/root.d/90-date"
ln -s "$dibhost" "$work/bin/disk-image-create"
install_original

# The original makes and fills a disk all the same; of the size that it computes it fails.
export DIB_IMAGE_SIZE=1
export ELEMENTS_PATH=$work/elements:$here/Tests/FixtureElements DIB_IMAGE_CACHE=$work/cache TINY_OS_FILL=0
run() {
    local start=${EPOCHREALTIME/./}
    if ! (cd "$work" && PATH=$1:$PATH disk-image-create -n -o image "${@:2}" tiny-os ten no-final-image) \
        >"$work/log" 2>&1 </dev/null; then
        tail -n 20 "$work/log" >&2
        exit 1
    fi
    echo $((${EPOCHREALTIME/./} - start))
}
for _ in $(seq "$rounds"); do
    run "$work/venv/bin" >>"$work/original"
    run "$work/bin" --elements-path "$here/elements-legacy" >>"$work/ours"
done
median() { sort -n "$1" | awk '{ t[NR] = $1 } END { printf "%.3f", t[int((NR + 1) / 2)] / 1000000 }'; }
original=$(median "$work/original") ours=$(median "$work/ours")
awk -v a="$ours" -v b="$original" -v limit="$limit" 'BEGIN {
    printf "ten hooks, no image: %.3f s, the original %.3f s, ratio %.3f (limit %s)\n", a, b, a / b, limit
    exit !(a / b <= limit)
}'
