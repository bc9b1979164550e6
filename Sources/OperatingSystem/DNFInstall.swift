// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The run of dnf that installs all packages into the empty tree.
struct DNFInstall {
    private static let cachePlace = "/var/cache/dnf"
    private let install: RPMInstall

    init(_ install: RPMInstall) { self.install = install }

    /// Installs the packages.
    func run() throws {
        let work = install.work
        try work.write(work.path + "/dnf.conf", settingsFile)
        let sections = install.repositories.map {
            $0.sectionForDNF(acceptsUnsigned: install.settings.acceptsUnsigned)
        }
        try work.write(work.repositories + "/dibhost.repo", sections.joined(separator: "\n"))
        let end = try install.tree.run(
            try command(), cache: install.cache.folder, at: Self.cachePlace,
            environment: work.environment)
        try install.cache.finish(isComplete: end.isSuccess)
        guard end.isSuccess else { throw try install.error(after: end, of: "dnf") }
    }

    private func command() throws -> [String] {
        let settings = install.settings
        var command = [
            "dnf", "--assumeyes", "--config=\(install.work.path)/dnf.conf",
            "--installroot=\(install.tree.path)", "--releasever=\(settings.release.name)",
            // On the command line these two are folders of the build host, in the file of the tree.
            "--setopt=reposdir=\(install.work.repositories)",
            "--setopt=varsdir=\(install.work.variables)",
        ]
        if install.architecture.isForeign {
            command.append("--forcearch=\(install.architecture.name)")
        }
        if install.isOffline { command.append("--cacheonly") }
        return command + ["install"] + install.packages
    }

    /// dnf's settings for the build, dnf.conf(5).
    private var settingsFile: String {
        let settings = install.settings
        let platform = settings.facts.modulePlatform.map { "module_platform_id=\($0)\n" } ?? ""
        return """
            [main]
            gpgcheck=\(settings.acceptsUnsigned ? 0 : 1)
            localpkg_gpgcheck=\(settings.acceptsUnsigned ? 0 : 1)
            install_weak_deps=0
            best=1
            strict=1
            keepcache=1
            plugins=0
            metadata_expire=0
            skip_if_unavailable=0
            retries=\(settings.retries + 1)
            timeout=20
            logdir=/run/dibhost-dnf
            \(platform)
            """
    }
}
