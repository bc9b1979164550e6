// SPDX-License-Identifier: Apache-2.0

/// The scripts that download by curl.
///
/// curl reads the URL from standard input, and takes proxies from the environment. A connection that is not there within
/// 20 s, or that carries less than 1000 bytes a second for 30 s, is given up.
enum ImageDownload {
    /// `get TO` sets `status`, curl's exit status, and `code`, the last answer's of HTTP.
    private static let functions = """
        set -eu
        umask 022
        retries=$1 file=$2
        settings=$(cat)
        tries=0
        get() {
            tries=$((tries + 1)) status=0
            code=$(printf '%s\\n' "$settings" | curl --config - --fail --location --silent --show-error \\
                --proto =http,https --proto-redir =http,https --max-redirs 10 --connect-timeout 20 \\
                --speed-limit 1000 --speed-time 30 --continue-at - --write-out '%{http_code}' \\
                --output "$1") || status=$?
        }
        # Whether a new try makes no sense: a URL that is none, a host's unknown certificate, answers 4xx.
        final() {
            case $status in
                3 | 60 | 77) return 0 ;;
                22) case $code in 408 | 416 | 425 | 429 | 5??) return 1 ;; *) return 0 ;; esac ;;
                23) echo "cannot write below '${file%/*}'" >&2; exit 1 ;;
            esac
            return 1
        }
        give_up() {
            echo "failed $status ${code:-000} $tries"
            exit 0
        }
        mkdir -p "${file%/*}/partial"

        """

    /// Arguments: how often to try again, where to keep the file, the program that makes the digest, the digest.
    ///
    /// What is there of an earlier try, of this build or of one that was ended, is continued. A server that cannot
    /// continue gives the file from its start. Prints "have", "wrong DIGEST SIZE", "failed STATUS CODE TRIES" or "held".
    static let script =
        functions + """
            program=$3 wanted=$4
            partial=${file%/*}/partial/${file##*/}
            digest() { "$program" <"$1" | cut -d ' ' -f 1; }
            exec 9>>"$partial.lock"
            flock --timeout 3600 9 || { echo held; exit 0; }
            if [ -f "$file" ] && [ "$(digest "$file")" != "$wanted" ]; then
                echo "'$file' is damaged and removed" >&2
                rm -f "$file"
            fi
            continued=
            while [ ! -f "$file" ]; do
                [ ! -s "$partial" ] || continued=1
                get "$partial"
                if [ "$status" -eq 33 ] || [ "$code" = 416 ]; then
                    # No ranges, or nothing after what is there: that is all, or not of this file.
                    if [ ! -f "$partial" ] || [ "$(digest "$partial")" != "$wanted" ]; then
                        rm -f "$partial"
                        status=33
                    else
                        status=0
                    fi
                fi
                if [ "$status" -eq 0 ]; then
                    found=$(digest "$partial")
                    if [ "$found" = "$wanted" ]; then
                        mv -f "$partial" "$file"
                        break
                    fi
                    size=$(stat -c %s "$partial")
                    rm -f "$partial"
                    # Its first part may have been that of another file.
                    if [ -z "$continued" ]; then
                        echo "wrong $found $size"
                        exit 0
                    fi
                    continued=
                elif final || [ "$tries" -gt "$retries" ]; then
                    give_up
                else
                    echo "curl ended with status $status: trying again" >&2
                    sleep "$tries"
                fi
            done
            touch -c "$file"
            find "${file%/*}" -maxdepth 2 -type f -mtime +30 ! -name '*.lock' -delete
            echo have

            """

    /// Arguments: how often to try again, the beginning of the new file's name.
    ///
    /// Prints "new PATH" or "failed STATUS CODE TRIES".
    static let plainScript =
        functions + """
            new=$(mktemp "$file.XXXXXXXX")
            chmod 644 "$new"
            while get "$new"; [ "$status" -ne 0 ]; do
                : >"$new"
                if final || [ "$tries" -gt "$retries" ]; then
                    rm -f "$new"
                    give_up
                fi
                sleep "$tries"
            done
            echo "new $new"

            """
}
