// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The runs of zypper that read the repositories and install all packages into the empty tree.
///
/// `--gpg-auto-import-keys` is never given: with it zypper takes any key that a server offers beside its index. A key
/// that the tree's database does not have is refused, since zypper's own answer to its question is to reject it.
struct ZypperInstall {
    private static let cachePlace = "/var/cache/zypp"
    private let install: RPMInstall

    init(_ install: RPMInstall) { self.install = install }

    /// Reads all repositories, then installs the packages.
    ///
    /// A repository that cannot be read is an error by itself: the installation would go on without it.
    func run() throws {
        let work = install.work
        try work.write(
            work.path + "/zypp.conf", settingsFile(check: !install.settings.acceptsUnsigned))
        let sections = install.repositories.map {
            $0.sectionForZypper(acceptsUnsigned: install.settings.acceptsUnsigned)
        }
        try work.write(work.repositories + "/dibhost.repo", sections.joined(separator: "\n"))
        let steps =
            (install.isOffline ? [] : [["refresh"]]) + [installation(["--download-in-advance"])]
        for step in steps {
            let isLast = step == steps.last
            let end = try install.tree.run(
                command + step, cache: install.cache.folder, at: Self.cachePlace,
                environment: work.environment)
            try install.cache.finish(isComplete: end.isSuccess && isLast)
            guard Self.isSuccess(end) else {
                // zypper keeps no package that it has refused.
                let folder = end == Self.commitFailed ? try downloadUnchecked() : nil
                throw try install.error(after: end, of: "zypper", packages: folder)
            }
        }
    }

    /// ZYPPER_EXIT_ERR_COMMIT of zypper(8).
    private static let commitFailed = ProgramEnd.exited(8)

    /// Downloads the packages once more, into a folder of this build alone, to see which one is at fault.
    private func downloadUnchecked() throws -> String? {
        guard !install.isOffline, !install.settings.acceptsUnsigned else { return nil }
        let work = install.work
        let folder = work.path + "/refused"
        let sections = install.repositories.map { $0.sectionForZypper(acceptsUnsigned: true) }
        try work.write(work.repositories + "/dibhost.repo", sections.joined(separator: "\n"))
        try work.write(work.path + "/zypp.conf", settingsFile(check: false))
        _ = try install.tree.run(
            command + installation(["--download-only"]), cache: folder, at: Self.cachePlace,
            environment: work.environment)
        return folder
    }

    /// zypper(8): 102 and 103 tell that a restart is due, 107 that a script of an installed package failed.
    ///
    /// A failed script is a fault of the image, so 107 is none of them.
    private static func isSuccess(_ end: ProgramEnd) -> Bool {
        end.isSuccess || end == .exited(102) || end == .exited(103)
    }

    private var command: [String] {
        // What zypper remembers of an installed system is that of another tree, and rpmdb2solv fails on it.
        let forget = "rm -rf \"$1/var/cache/zypp/solv/@System\"; shift; exec zypper \"$@\""
        var command = [
            "/bin/sh", "-ec", forget, "sh", install.tree.path, "--non-interactive", "--root",
            install.tree.path, "--reposd-dir",
            install.work.repositories, "--releasever", install.settings.release.name,
        ]
        if install.isOffline { command.append("--no-refresh") }
        return command
    }

    private func installation(_ options: [String]) -> [String] {
        ["install", "--no-recommends", "--auto-agree-with-licenses"] + options + install.packages
    }

    /// libzypp's settings for the build, as the comments of /etc/zypp/zypp.conf describe them.
    private func settingsFile(check isChecking: Bool) -> String {
        let settings = install.settings
        let check = isChecking ? "on" : "off"
        return """
            [main]
            arch = \(install.architecture.name)
            gpgcheck = \(check)
            repo_gpgcheck = \(check)
            pkg_gpgcheck = \(check)
            solver.onlyRequires = true
            download.max_silent_tries = \(settings.retries + 1)
            download.connect_timeout = 20
            download.transfer_timeout = 60
            rpm.install.excludedocs = no

            """
    }
}
