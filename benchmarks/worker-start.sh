#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How long a worker takes to start, to load its plugin with dlopen, to run a hook that has nothing to do and to end: the
# hooks of local-config in builds of a small tree, as the event stream times them. That includes the builder's look for
# processes that the hook left.
#
# Environment:
#   DIBHOST   the command under test, default .build/release/dibhost
#   PLUGINS   its plugin folder, default .build/element-plugins
#   LIMIT     the milliseconds that must not be exceeded by the median, default 20
#
# Exit status: 0 within the limit, 1 above it.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
dibhost=${DIBHOST:-$here/.build/release/dibhost}
plugins=${PLUGINS:-$here/.build/element-plugins}
limit=${LIMIT:-20}
readonly rounds=5

work=$(mktemp -d "${TMPDIR:-/tmp}/dibhost-worker.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir "$work/home" "$work/scratch"
export HOME=$work/home TMP_DIR=$work/scratch
unset http_proxy https_proxy no_proxy

for _ in $(seq "$rounds"); do
    "$dibhost" build --plugin-dir "$plugins" --elements-path "$here/Tests/FixtureElements" -n -t tar \
        -o "$work/image" --events "$work/events" tiny-os local-config >"$work/log" 2>&1 \
        || { tail -n 20 "$work/log" >&2 && exit 1; }
    cat "$work/events" >>"$work/all"
done

# A native step's start is followed by its end.
awk '
    /^\{"stepStarted"/ { native = /"kind":"native"/ }
    /^\{"stepFinished"/ && native {
        sub(/.*"seconds":/, "")
        print $0 * 1000
        native = 0
    }' "$work/all" | sort -n >"$work/times"
count=$(wc -l <"$work/times")
((count == 4 * rounds)) || { echo "$count hooks of $((4 * rounds)) were timed" >&2 && exit 1; }
median=$(awk -v n="$count" 'NR == int((n + 1) / 2)' "$work/times")
printf 'worker start, hook and end    %8.1f ms, fastest %.1f, slowest %.1f, of %d (limit %s ms)\n' \
    "$median" "$(head -n 1 "$work/times")" "$(tail -n 1 "$work/times")" "$count" "$limit"
awk -v took="$median" -v limit="$limit" 'BEGIN { exit !(took <= limit) }'
