#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The most memory that supervisor, init, builder and workers take together while they build images of a tree of 1 and of
# 4 GiB. Programs that they start (mke2fs, qemu-img) and tmpfs are not counted. Of each process its peak counts (VmHWM),
# of the workers, which run one after the other, the largest; pages that processes share count for each of them. A worker
# lives for milliseconds and may be missed, so the largest of all builds is added to each.
#
#   benchmarks/memory.sh [MIB ...]          default 1024 4096
#
# Environment:
#   DIBHOST   the command under test, default .build/release/dibhost
#   PLUGINS   its plugin folder, default .build/element-plugins
#   TMP_DIR   where scratch files and outputs go, default /var/tmp; three times the largest tree must fit
#   LIMIT     the MB that must not be exceeded, default 100
#   SPREAD    the percentage by which the largest and the smallest result may differ, default 10
#
# Exit status: 0 within the limits, 1 above one of them.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
dibhost=${DIBHOST:-$here/.build/release/dibhost}
plugins=${PLUGINS:-$here/.build/element-plugins}
limit=${LIMIT:-100}
spread=${SPREAD:-10}
[ $# -gt 0 ] || set -- 1024 4096

work=$(mktemp -d "${TMP_DIR:-/var/tmp}/dibhost-memory.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
export TMP_DIR=$work
# A copy of the programs, so that other builds on this machine are not counted.
mkdir "$work/bin"
cp "${dibhost%/*}"/{dibhost,dibhost-init,dibhost-worker} "$work/bin"

# Notes the peak of each process of the program that runs now. Starts no process, to disturb nothing.
declare -A peaks samples
note_peaks() {
    local process name key value parent peak
    for process in /proc/[0-9]*; do
        for name in dibhost dibhost-worker dibhost-init; do
            [ "$process/exe" -ef "$work/bin/$name" ] || continue
            parent=0 peak=0
            while read -r key value _; do
                case "$key" in
                    PPid:) parent=$value ;;
                    VmHWM:) peak=$value ;;
                esac
            done <"$process/status"
            # A child of dibhost's that has not become its own program yet holds nothing of its own.
            if [ "$name" = dibhost ] && [ "/proc/$parent/exe" -ef "$work/bin/dibhost" ]; then continue; fi
            name=$name-${process#/proc/}
            ((${peaks[$name]:-0} >= peak)) || peaks[$name]=$peak
            samples[$name]=$((${samples[$name]:-0} + 1))
        done
    done 2>/dev/null
}

# The sum of the peaks without the workers', in KiB; keeps the largest worker's in `worker`.
worker=0
add_up() {
    local name
    sum=0
    for name in "${!peaks[@]}"; do
        case "$name" in
            dibhost-worker*) ((peaks[$name] <= worker)) || worker=${peaks[$name]} ;;
            # Seen once or twice: a child on its way to another program, caught while its parent changed.
            *) ((samples[$name] < 3)) || sum=$((sum + peaks[$name])) ;;
        esac
    done
}

results=()
for mebibytes; do
    TINY_OS_FILL=$mebibytes "$work/bin/dibhost" build --plugin-dir "$plugins" --elements-path "$here/Tests/FixtureElements" \
        --no-tmpfs -n -t raw,qcow2,tar -o "$work/image" tiny-os local-config >"$work/log" 2>&1 &
    build=$!
    peaks=() samples=()
    while kill -0 "$build" 2>/dev/null; do
        note_peaks
        sleep 0.01
    done
    wait "$build" || { tail -n 20 "$work/log" >&2 && exit 1; }
    rm -f "$work"/image*
    add_up
    results+=("$sum")
done

index=0
for mebibytes; do
    echo "$mebibytes $((results[index++] + worker))"
done | awk -v limit="$limit" -v spread="$spread" '
    {
        used = $2 / 976.5625
        printf "tree of %5d MiB: %6.1f MB at most\n", $1, used
        if (NR == 1 || used < least) least = used
        if (used > most) most = used
    }
    END {
        printf "limit %s MB; largest is %.1f %% above smallest, at most %s %%\n", limit, (most / least - 1) * 100, spread
        exit !(most <= limit && most <= least * (1 + spread / 100))
    }'
