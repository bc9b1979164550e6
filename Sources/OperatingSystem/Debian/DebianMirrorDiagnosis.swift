// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Finds out, after mmdebstrap failed, whether a mirror, the release's name, the keyring or a clock was at fault.
struct DebianMirrorDiagnosis {
    let family: DebianFamily
    let sources: [AptSource]
    let keyring: String
    let packages: [String]
    let target: RootContext

    /// The error that says most about the failure.
    func error(after end: ProgramEnd) throws -> ElementError {
        let scratch = try target.requiredValue(of: .scratchFolder)
        for source in sources {
            let url =
                "\(source.uri.hasSuffix("/") ? source.uri : source.uri + "/")dists/\(source.suite)/InRelease"
            let file = scratch + "/InRelease"
            let fetched = try target.result(
                of: "/bin/sh", ["-c", Self.fetchScript, "sh", url, file])
            guard fetched.end.isSuccess else {
                return ElementError(
                    "cannot get '\(url)': \(Self.reason(in: fetched.output))",
                    hint:
                        "Check that the mirror is up and holds the release, or set \(family.parameter("mirror")) to another."
                )
            }
            let checked = try target.result(
                of: "/bin/sh",
                ["-c", "gpgv --keyring \"$1\" \"$2\" >/dev/null 2>&1", "sh", keyring, file])
            guard source.isTrusted || checked.end.isSuccess else {
                return ElementError(
                    "'\(url)' is not signed by a key in '\(keyring)'",
                    hint:
                        "Install a newer \(family.keyringPackage), or set \(family.parameter("keyring")) to the mirror's."
                )
            }
            if let error = try dateError(of: url, file) { return error }
        }
        let asked = try target.result(
            of: "/bin/sh", ["-c", Self.simulationScript, "sh", try target.treePath] + packages)
        if let reason = asked.output.split(separator: "\n").first(where: { $0.hasPrefix("E: ") }) {
            return ElementError(
                "apt cannot install what the elements ask for: \(reason.dropFirst(3))",
                hint:
                    "Check the names of packages, the release and \(family.parameter("components"))."
            )
        }
        return ElementError(
            "mmdebstrap ended with \(end)",
            hint: "The mirrors answer; its last lines tell what failed.")
    }

    /// The error when apt does not take an index for its dates; nil when it does, or is told not to look at them.
    private func dateError(of url: String, _ file: String) throws -> ElementError? {
        let said = try target.result(of: "/bin/sh", ["-c", Self.dateScript, "sh", file]).output
        let lines = said.split(separator: "\n").map(String.init)
        guard lines.count == 3 else { return nil }
        guard lines[0] == "Date" else {
            return ElementError(
                "'\(url)' expired on \(lines[1]), and the build host's clock says \(lines[2])",
                hint:
                    "Nobody renews this mirror: set \(family.parameter("mirror")) to another. Set the clock if it is ahead."
            )
        }
        return ElementError(
            "'\(url)' was made on \(lines[1]), and the build host's clock says \(lines[2])",
            hint: "Set the build host's clock, which is behind.")
    }

    /// Prints which date is at fault, that date and this moment; nothing when both are in order.
    ///
    /// The names of the settings and their defaults are those of apt.conf(5); the fields are Debian's of a Release file.
    private static let dateScript = """
        checks() {
            value=
            eval "$(apt-config shell value "Acquire::$1/b")"
            [ "${value:-true}" = true ]
        }
        seconds() {
            date=$(sed -n "s/^$1: //p" "$2" | head -n 1)
            [ -n "$date" ] && date --date "$date" +%s 2>/dev/null
        }
        tell() { printf '%s\\n' "$1" "$(date --utc --date "@$2" '+%F %R UTC')" "$(date --utc '+%F %R UTC')"; }
        now=$(date +%s)
        value=
        eval "$(apt-config shell value Acquire::Max-FutureTime/i)"
        latest=$((now + ${value:-10}))
        if checks Check-Date; then
            if made=$(seconds Date "$1") && [ "$made" -gt "$latest" ]; then
                tell Date "$made"
            elif checks Check-Valid-Until && end=$(seconds Valid-Until "$1") && [ "$end" -lt "$now" ]; then
                tell Valid-Until "$end"
            fi
        fi
        """

    /// Fetches as apt does, with its proxies and a bounded number of tries.
    private static let fetchScript = """
        exec /usr/lib/apt/apt-helper -oAcquire::Retries=1 -oAcquire::http::Timeout=20 \
            download-file "$1" "$2" 2>&1
        """

    /// Asks apt once more for the packages, with the tree's indexes.
    private static let simulationScript = """
        tree=$1
        shift
        exec apt-get -oDir="$tree" -oDir::State::Status="$tree/var/lib/dpkg/status" \
            --simulate -qq install "$@" 2>&1
        """

    /// The line of apt's output that names the reason: the one after "Err:".
    static func reason(in output: String) -> String {
        let lines = output.split(separator: "\n").map(String.init)
        let failure = lines.lastIndex { $0.hasPrefix("Err:") }
        let text = failure.flatMap { lines.indices.contains($0 + 1) ? lines[$0 + 1] : nil }
        let chosen = text ?? lines.last { $0.hasPrefix("E: ") } ?? "no answer"
        return String(chosen.drop { $0.isWhitespace })
    }
}
