// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// What the element of a distribution of the RPM family does in each phase; the element itself only hands over.
///
/// check refuses an unknown release and addresses that are none; root installs all packages in one transaction;
/// post-install sees that each kernel has its initramfs; finalise forgets what must differ between instances; cleanup
/// leaves an image that knows nothing of the build, whose keys, repositories, logs and caches are gone, and labels it.
public struct RPMSystem {
    private let distribution: RPMDistribution
    private let parameters: Parameters

    /// The system of one distribution, by the parameters of its element.
    public init(_ distribution: RPMDistribution, _ parameters: Parameters) {
        self.distribution = distribution
        self.parameters = parameters
    }

    /// Refuses what is known to be impossible, and warns of a release without updates.
    public func check(_ request: CheckContext) throws {
        let settings = try RPMSettings(distribution, parameters)
        if let warning = settings.warning { request.log(warning, level: .warning) }
    }

    /// Makes the tree with all packages of the base transaction, or with `packages` alone.
    ///
    /// With the parameter `from` it begins as the distribution's cloud image. When that has all packages, nothing is
    /// installed, and no keyring for packages is asked for unless the user names one.
    public func root(_ target: RootContext, packages: [String]? = nil) throws {
        let settings = try RPMSettings(distribution, parameters)
        var packages = packages ?? RPMSettings.packages(of: target)
        let isImage = parameters["from"] == "image"
        if isImage {
            let image = RPMImage(settings, target)
            try image.unpack()
            packages = try image.missing(packages)
        }
        let hasKeyring = parameters["keyring"].map { !$0.isEmpty } ?? false
        if !isImage || !packages.isEmpty || hasKeyring {
            let install = try RPMInstall(settings, packages: packages, target)
            if !packages.isEmpty {
                try install.run()
                try RPMDatabase(settings, target).makeReadable(by: install)
            }
            try RPMBuildTools(settings).place(install, in: target)
        }
        try RPMFirstBoot(distribution).configure(target)
    }

    /// Forgets what packages made up at random that came after the root phase, but belong to the base system.
    public func forgetIdentity(_ target: PreInstallContext) throws {
        try RPMFirstBoot(distribution).forgetIdentity(target)
    }

    /// Makes what a kernel lacks to be booted.
    public func postInstall(_ target: PostInstallContext) throws {
        try RPMBootFiles(distribution.bootNames).complete(target)
    }

    /// Forgets what must differ from one instance of the image to the next.
    public func finalise(_ target: FinaliseContext) throws {
        try RPMFirstBoot(distribution).forget(target)
    }

    /// Leaves nothing of the build in the tree, and labels what is there.
    public func cleanup(_ target: CleanupContext) throws {
        let settings = try RPMSettings(distribution, parameters)
        try RPMBuildTools(settings).remove(from: target)
        try RPMDatabase(settings, target).forgetKeys()
        try RPMCleaning(target, settings).run()
        try RPMLabels(target).write()
    }
}
