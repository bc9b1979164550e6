// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Downloads of small files from the repositories, as dnf and zypper make them: with their proxies.
struct RPMDownload {
    let settings: RPMSettings
    let work: RPMWorkFolder
    let target: RootContext

    /// Gets the index of a repository; the first thing that a build asks a mirror for.
    ///
    /// dnf and zypper try an index as often as they like, so it is tried here, as often as the user says.
    /// - Throws: `ElementError` that names the address, the tries and the reason.
    func getIndex(of repository: RPMRepository, to file: String) throws {
        let fetched = try get(repository.index, to: file, retries: settings.retries)
        guard !fetched.end.isSuccess else { return }
        let element = settings.distribution.element
        throw ElementError(
            "cannot get '\(RPMRepository.shown(repository.index))' (up to \(settings.retries + 1) tries): \(fetched.reason)",
            hint:
                "Check that the mirror is up and holds the release, or set \(element).mirror or \(element).repositories."
        )
    }

    /// Gets a file, and the last line of curl's when that fails.
    func get(
        _ address: String, to file: String, retries: Int = 0
    ) throws -> (end: ProgramEnd, reason: String) {
        let result = try target.result(
            of: "/bin/sh", ["-c", Self.script, "sh", address, file, String(retries)],
            environment: work.environment)
        let lines = result.output.split(separator: "\n").map(String.init)
        return (result.end, lines.last ?? "no answer")
    }

    /// curl tries again after what may pass: no answer, too many requests, errors of the server; not after 404.
    private static let script = """
        exec curl --silent --show-error --fail --location --connect-timeout 20 --max-time 60 \
            --retry "$3" --retry-delay 1 --retry-connrefused --output "$2" "$1" 2>&1
        """
}
