// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Finds out, after mmdebstrap failed, whether a mirror, the release's name or the keyring was at fault.
struct MirrorDiagnosis {
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
                        "Check that the mirror is up and holds the release, or set debian.mirror to another."
                )
            }
            let checked = try target.result(
                of: "/bin/sh",
                ["-c", "gpgv --keyring \"$1\" \"$2\" >/dev/null 2>&1", "sh", keyring, file])
            guard source.isTrusted || checked.end.isSuccess else {
                return ElementError(
                    "'\(url)' is not signed by a key in '\(keyring)'",
                    hint:
                        "Install a newer debian-archive-keyring, or set debian.keyring to the mirror's."
                )
            }
        }
        let asked = try target.result(
            of: "/bin/sh", ["-c", Self.simulationScript, "sh", try target.treePath] + packages)
        if let reason = asked.output.split(separator: "\n").first(where: { $0.hasPrefix("E: ") }) {
            return ElementError(
                "apt cannot install what the elements ask for: \(reason.dropFirst(3))",
                hint: "Check the names of packages, the release and debian.components.")
        }
        return ElementError(
            "mmdebstrap ended with \(end)",
            hint: "The mirrors answer; its last lines tell what failed.")
    }

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
