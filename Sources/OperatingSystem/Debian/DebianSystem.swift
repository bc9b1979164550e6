// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// An operating system with dpkg and apt: what the elements of Debian and of its relatives do in each phase.
///
/// root makes the tree, by one package transaction through mmdebstrap or from the distribution's cloud image;
/// post-install makes the initramfs once, after all packages; post-root hands the downloaded packages to the cache;
/// finalise rebuilds a stale initramfs and takes back what was diverted for the build; cleanup leaves an image that names
/// the distribution's own mirrors. An element adds its facts and its manifest:
///
///     struct Debian: DebianSystem {
///         static let family = DebianFamily.debian
///         let parameters: Parameters
///         init(_ parameters: Parameters) { self.parameters = parameters }
///     }
public protocol DebianSystem: RootPhase, PostInstallPhase, PostRootPhase, FinalisePhase,
    CleanupPhase
{
    /// What tells the distribution from others.
    static var family: DebianFamily { get }
    /// The element's parameters.
    var parameters: Parameters { get }
}

extension DebianSystem {
    /// Makes the tree with all packages of the base transaction.
    public func root(_ target: RootContext) throws {
        let release = try DebianRelease(Self.family, on: target)
            .checked(try parameters.text("release"))
        let bootstrap = try DebianBootstrap(
            family: Self.family, release: release, parameters: parameters,
            sources: try DebianBuildSources(
                parameters, family: Self.family, release: release, target: target
            ).entries,
            target: target)
        try bootstrap.run()
        try DebianInstanceIdentity.forget(in: target, element: Self.family.element)
        try DebianFirstBoot(parameters, family: Self.family).configure(target)
        try DebianBuildTools.place(in: target)
    }

    /// Generates the locale, then makes the initramfs of every kernel that has none, or an older one than was asked for.
    public func postInstall(_ target: PostInstallContext) throws {
        try DebianFirstBoot(parameters, family: Self.family).generateLocale(target)
        try target.run("/bin/sh", [DebianInitramfs.refreshPath])
    }

    /// Hands the downloaded packages to the cache and takes packages and indexes out of the tree.
    public func postRoot(_ target: PostRootContext) throws {
        try packageCache(target).collect(from: target)
    }

    /// Rebuilds an initramfs that a late change made stale, then ends the build's hold on update-initramfs.
    public func finalise(_ target: FinaliseContext) throws {
        try target.run("/bin/sh", [DebianInitramfs.refreshPath])
        try target.run("/bin/sh", ["-c", DebianInitramfs.restoreScript])
        try DebianSnakeoil.forget(in: target, element: Self.family.element)
    }

    /// Removes what served the build and writes the sources that the image uses from now on.
    public func cleanup(_ target: CleanupContext) throws {
        try packageCache(target).collect(from: target)
        try DebianBuildTools.remove(from: target)
        try DebianImageSources(parameters, family: Self.family).write(to: target)
        try DebianFirstBoot(parameters, family: Self.family).forget(target)
    }

    private func packageCache(_ target: some HostContext) throws -> DebianPackageCache {
        try DebianPackageCache(
            family: Self.family, release: Self.family.codeName(try parameters.text("release")),
            target: target)
    }
}
