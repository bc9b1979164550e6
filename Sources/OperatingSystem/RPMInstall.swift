// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What dnf and zypper need to know to fill the tree, made ready before either starts.
struct RPMInstall {
    let settings: RPMSettings
    let target: RootContext
    let work: RPMWorkFolder
    let tree: RPMTree
    let architecture: RPMArchitecture
    let repositories: [RPMRepository]
    let cache: RPMPackageCache
    let keyring: RPMKeyring?
    let packages: [String]
    let isOffline: Bool

    /// Checks what can be checked before the tree is touched.
    init(_ settings: RPMSettings, packages: [String], _ target: RootContext) throws {
        self.settings = settings
        self.target = target
        self.packages = packages
        isOffline = target.value(of: .offline) == "true"
        architecture = try RPMArchitecture(of: target)
        repositories = try settings.repositories(for: architecture.name)
        work = try RPMWorkFolder(settings, target)
        try work.make()
        cache = try RPMPackageCache(settings, work, target)
        tree = try RPMTree(target)
        keyring = settings.acceptsUnsigned ? nil : try RPMKeyring(settings, work, target)
    }

    /// Gets small files of the repositories.
    var download: RPMDownload { RPMDownload(settings: settings, work: work, target: target) }

    /// Fills the tree, once every repository has answered.
    func run() throws {
        if settings.acceptsUnsigned {
            target.log(
                "packages are installed without a look at their signatures: accept-unsigned-packages is on",
                level: .warning)
        }
        for repository in isOffline ? [] : repositories {
            try download.getIndex(of: repository, to: work.path + "/index")
        }
        try keyring?.importKeys(into: tree.path, work, target)
        switch settings.distribution.installer {
        case .dnf: try DNFInstall(self).run()
        case .zypper: try ZypperInstall(self).run()
        }
    }

    /// The error that says most about why `program` failed; `packages` is where what it got lies, if not in the cache.
    func error(
        after end: ProgramEnd, of program: String, packages: String? = nil
    ) throws -> ElementError {
        if isOffline {
            return ElementError(
                "the package cache does not hold all that '\(settings.distribution.element)' needs: \(program) ended with \(end)",
                hint: "Build once without --offline to fill the cache.")
        }
        return try RPMDiagnosis(install: self, packages: packages ?? cache.folder)
            .error(after: end, of: program)
    }
}
