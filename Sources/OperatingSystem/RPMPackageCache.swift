// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Downloaded packages and indexes of one release, kept between builds; dnf or zypper works in it directly.
///
/// A package that no build has read for 30 days is removed. What a package's signature says is asked again in each build.
struct RPMPackageCache {
    /// The folder on the build host.
    let folder: String
    /// Written when a build got all that it needed.
    private var mark: String { folder + ".complete" }
    private let target: RootContext
    private let isKept: Bool

    init(_ settings: RPMSettings, _ work: RPMWorkFolder, _ target: RootContext) throws {
        self.target = target
        let isOffline = target.value(of: .offline) == "true"
        isKept = settings.keepsCache || isOffline
        let architecture = try target.requiredValue(of: .architecture)
        let parent =
            isKept
            ? "\(try target.requiredValue(of: .cacheFolder))/\(settings.distribution.element)"
            : work.path
        // What nobody has checked is never beside what was.
        let kind = settings.acceptsUnsigned ? "-unchecked" : ""
        folder = "\(parent)/\(settings.release.name)-\(architecture)\(kind)"
        if isOffline, try !target.result(of: "/usr/bin/test", ["-e", mark]).end.isSuccess {
            throw ElementError(
                "there is no package cache '\(folder)' to build from",
                hint: "Build once without --offline to fill the cache.")
        }
    }

    /// Gives the folder to the user and drops what is old.
    func finish(isComplete: Bool) throws {
        guard isKept else { return }
        let user = target.value(of: .userID) ?? "0"
        let group = target.value(of: .userGroup) ?? "0"
        try target.run(
            "/bin/sh",
            ["-ec", Self.script, "sh", folder, "\(user):\(group)", isComplete ? mark : ""])
    }

    private static let script = """
        if [ -n "$3" ]; then : >"$3"; fi
        exec 9>>"$1.lock"
        if flock --nonblock 9; then
            find "$1" -type f -name '*.rpm' -atime +30 -delete
        fi
        chown -hR "$2" "$1"
        chown -h "$2" "$1".* "${1%/*}"
        """
}
