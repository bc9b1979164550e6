// SPDX-License-Identifier: Apache-2.0

/// The shell program that starts hooks: `dib-run-parts`, in the hook folder.
///
/// It has to be a shell program: the files of environment.d are shell code, what they export is known only after they
/// were sourced, and for hooks in the chroot that happens with the chroot's own shell. dibhost starts it once per
/// hook (`--only`), so that hooks of native elements run in between; hooks may call it for a whole folder, as under
/// the original. While it sources files, their tracing goes nowhere: they hold passwords.
enum RunPartsScript {
    static let name = "dib-run-parts"

    /// Names of variables that keep the value they have at the start, whatever environment.d exports.
    static let fixedNames = "_DIB_FIXED"
    /// Begins the names of variables that hold the value for when neither the caller nor environment.d set one.
    static let defaultPrefix = "_DIB_DEFAULT_"

    static let text = #"""
        #!/usr/bin/env bash
        # SPDX-License-Identifier: Apache-2.0
        #
        # dib-run-parts FOLDER               runs the hooks of FOLDER in order, until one fails
        # dib-run-parts --only NAME FOLDER   runs one of them
        # dib-run-parts --list FOLDER        prints their paths
        # dib-run-parts --environment FOLDER prints what the hooks would get as their environment, NUL after each
        #
        # Before a hook runs, the files in FOLDER/../environment.d are sourced; what they export reaches the hook.
        set -eu -o pipefail

        _dib_usage() {
            echo "usage: dib-run-parts [--list | --environment | --only NAME] FOLDER" >&2
            exit 1
        }
        _dib_action=all
        _dib_only=
        case "${1:-}" in
            --list) _dib_action=list && shift ;;
            --environment) _dib_action=environment && shift ;;
            --only)
                [ $# -eq 3 ] || _dib_usage
                _dib_action=only
                _dib_only=$2
                shift 2
                ;;
        esac
        [ $# -eq 1 ] || _dib_usage
        [ -d "$1" ] || [ "$_dib_action" = environment ] || _dib_usage
        _dib_folder=$1
        set --

        _dib_names() {
            find "$_dib_folder" -maxdepth 1 -xtype f -executable -printf '%f\n' \
                | { grep -E "${RUN_PARTS_REGEX:-^[0-9A-Za-z_-]+$}" || true; } | LC_ALL=C sort -n
        }
        if [ "$_dib_action" = list ]; then
            _dib_names | while read -r _dib_name; do printf '%s/%s\n' "$_dib_folder" "$_dib_name"; done
            exit 0
        fi

        for _dib_name in ${_DIB_FIXED:-}; do
            declare "_dib_fixed_$_dib_name=${!_dib_name}"
        done
        exec {_dib_trace}>/dev/null
        BASH_XTRACEFD=$_dib_trace
        _dib_file=
        # A file that calls exit would end the runner as if the hook had succeeded.
        # shellcheck disable=SC2317
        _dib_complain() {
            local status=$?
            set +x
            echo "dib-run-parts: environment file $_dib_file failed" >&2
            [ "$status" -ne 0 ] || status=1
            exit "$status"
        }
        trap _dib_complain EXIT
        LC_COLLATE_SAVED=${LC_ALL:-}
        LC_ALL=C
        _dib_files=("${_dib_folder%/*}"/environment.d/*)
        LC_ALL=$LC_COLLATE_SAVED
        for _dib_file in "${_dib_files[@]}"; do
            [ -f "$_dib_file" ] || continue
            [[ "${_dib_file##*/}" =~ ^[0-9A-Za-z_.-]+$ ]] || continue
            # shellcheck source=/dev/null
            source "$_dib_file"
        done
        set +x -eu -o pipefail
        trap - EXIT
        unset -f _dib_complain
        unset BASH_XTRACEFD

        for _dib_name in ${_DIB_FIXED:-}; do
            _dib_value="_dib_fixed_$_dib_name"
            export "$_dib_name=${!_dib_value}"
        done
        for _dib_name in "${!_DIB_DEFAULT_@}"; do
            _dib_target=${_dib_name#_DIB_DEFAULT_}
            [ -n "${!_dib_target+set}" ] || export "$_dib_target=${!_dib_name}"
            unset "$_dib_name"
        done
        unset _DIB_FIXED

        case "$_dib_action" in
            environment) exec env -0 ;;
            only) exec "$_dib_folder/$_dib_only" ;;
        esac
        mapfile -t _dib_hooks < <(_dib_names)
        for _dib_name in "${_dib_hooks[@]}"; do
            echo "dib-run-parts Running $_dib_folder/$_dib_name" >&2
            "$_dib_folder/$_dib_name"
            echo "dib-run-parts $_dib_name completed" >&2
        done
        """# + "\n"
}
