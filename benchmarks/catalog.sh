#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How long `dibhost elements list` and `dibhost plan` take with 200 elements: 100 plugins and 100 shell elements, all of
# them in the plan. And how long `elements list` takes with the 100 plugins alone when the kernel has none of their
# files in memory; each is as large as the plugin base.
#
# Environment:
#   DIBHOST   the command under test, default .build/release/dibhost
#   PLUGINS   its plugin folder, default .build/element-plugins
#   LIMIT     the milliseconds that must not be exceeded, default 100
#
# Exit status: 0 within the limit, 1 above it.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
dibhost=${DIBHOST:-$here/.build/release/dibhost}
plugins=${PLUGINS:-$here/.build/element-plugins}
limit=${LIMIT:-100}
readonly rounds=11

work=$(mktemp -d "${TMPDIR:-/tmp}/dibhost-catalog.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -m 0755 "$work/plugins" "$work/elements"
cp "$plugins"/*.so "$work/plugins"
names=(debian)
for number in $(seq -w 100); do
    # A name of the same length, so that the copy's ELF sections stay where they are.
    LC_ALL=C sed "s/\"name\": \"base\"/\"name\": \"b$number\"/" "$plugins/base.so" >"$work/plugins/b$number.so"
    home=$work/elements/shell-$number
    mkdir -p "$home/environment.d" "$home/install.d" "$home/post-install.d"
    printf '#!/bin/bash\ntrue\n' | tee "$home/install.d/50-shell-$number" >"$home/post-install.d/60-shell-$number"
    chmod +x "$home"/*.d/*
    echo "export SHELL_$number=1" >"$home/environment.d/50-shell-$number"
    echo base >"$home/element-deps"
    names+=("b$number" "shell-$number")
done
chmod 0755 "$work"/plugins/*.so

# The median time of a command in milliseconds.
measure() {
    local times=() start end
    for _ in $(seq "$rounds"); do
        start=${EPOCHREALTIME/./}
        "$@" >"$work/output"
        end=${EPOCHREALTIME/./}
        times+=($((end - start)))
    done
    printf '%s\n' "${times[@]}" | sort -n | awk -v n="$rounds" 'NR == (n + 1) / 2 { printf "%.1f", $1 / 1000 }'
}

status=0
report() {
    printf '%-28s %8s ms (limit %s ms)\n' "$1" "$2" "$limit"
    awk -v took="$2" -v limit="$limit" 'BEGIN { exit !(took <= limit) }' || status=1
}
paths=(--plugin-dir "$work/plugins" --elements-path "$work/elements")
report "elements list, 200 elements" "$(measure "$dibhost" elements list "${paths[@]}")"
grep -cE '^(b[0-9]{3}|shell-[0-9]{3}) ' "$work/output" | grep -qx 200
report "plan, 200 elements" "$(measure "$dibhost" plan "${paths[@]}" -o "$work/image" "${names[@]}")"
grep -q shell-100 "$work/output"

# Drops the files from memory: what was written has to be on the disk first, and nothing may stay.
drop() {
    sync --file-system "$work"
    for file in "$work"/plugins/*.so; do dd if="$file" iflag=nocache count=0 status=none; done
    local kept
    kept=$(fincore --bytes --noheadings --output RES "$work"/plugins/*.so | awk '{ sum += $1 } END { print sum }')
    ((kept == 0)) || { echo "$kept bytes stay in memory: is '$work' on a disk?" >&2 && exit 1; }
}
cold() {
    local times=() start end
    for _ in $(seq "$rounds"); do
        drop
        start=${EPOCHREALTIME/./}
        "$dibhost" elements list --plugin-dir "$work/plugins" >"$work/output"
        end=${EPOCHREALTIME/./}
        times+=($((end - start)))
    done
    printf '%s\n' "${times[@]}" | sort -n | awk -v n="$rounds" 'NR == (n + 1) / 2 { printf "%.1f", $1 / 1000 }'
}
find "$work/plugins" -name '*.so' ! -name 'b[0-9]*' -delete
took=$(cold)
report "elements list, 100 cold" "$took"
grep -cE '^b[0-9]{3} ' "$work/output" | grep -qx 100
exit "$status"
