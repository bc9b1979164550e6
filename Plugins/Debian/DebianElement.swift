// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// The operating system Debian, from bookworm on: one package transaction through mmdebstrap.
///
/// What each phase does: root makes the tree; post-install makes the initramfs once, after all packages; post-root
/// hands the downloaded packages to the cache; finalise rebuilds a stale initramfs and takes back what was diverted
/// for the build; cleanup leaves an image that names the distribution's own mirrors.
struct Debian: Element, RootPhase, PostInstallPhase, PostRootPhase, FinalisePhase,
    CleanupPhase
{
    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        self.parameters = parameters
    }

    /// Makes the tree with all packages of the base transaction.
    func root(_ target: RootContext) throws {
        let release = try Release.checked(
            try parameters.text("release"), known: try Release.known(on: target))
        let bootstrap = try Bootstrap(
            release: release, parameters: parameters,
            sources: try BuildSources(parameters, release: release, target: target).entries,
            target: target)
        try bootstrap.run()
        try InstanceIdentity.forget(in: target)
        try FirstBoot(parameters).configure(target)
        try BuildTools.place(in: target)
    }

    /// Generates the locale, then makes the initramfs of every kernel that has none, or an older one than was asked for.
    func postInstall(_ target: PostInstallContext) throws {
        try FirstBoot(parameters).generateLocale(target)
        try target.run("/bin/sh", [Initramfs.refreshPath])
    }

    /// Hands the downloaded packages to the cache and takes packages and indexes out of the tree.
    func postRoot(_ target: PostRootContext) throws {
        try PackageCache(release: try parameters.text("release"), target: target)
            .collect(from: target)
    }

    /// Rebuilds an initramfs that a late change made stale, then ends the build's hold on update-initramfs.
    func finalise(_ target: FinaliseContext) throws {
        try target.run("/bin/sh", [Initramfs.refreshPath])
        try target.run("/bin/sh", ["-c", Initramfs.restoreScript])
    }

    /// Removes what served the build and writes the sources that the image uses from now on.
    func cleanup(_ target: CleanupContext) throws {
        try PackageCache(release: try parameters.text("release"), target: target)
            .collect(from: target)
        try BuildTools.remove(from: target)
        try ImageSources(parameters).write(to: target)
        try FirstBoot(parameters).forget(target)
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Debian.self, host)
}
