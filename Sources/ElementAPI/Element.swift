// SPDX-License-Identifier: Apache-2.0

/// A unit that changes how an image is built or what is in it.
///
/// A type that conforms also conforms to one protocol for each phase in which it works, such as
/// `InstallPhase`; the phases must be those of its manifest.json. A fresh process makes a fresh
/// value for each hook: nothing that a method stores is seen by the next phase. Hand values on with
/// `publish`.
public protocol Element {
    /// Makes the element from its parameters, before its one hook of this process runs.
    init(_ parameters: Parameters) throws
}

/// An element that looks at what was asked, before the build does anything.
///
/// Runs outside the chroot, with an empty tree. What it throws refuses the build, as a fault that dibhost itself finds
/// in a request does. A plan, which runs no code of plugins, cannot say it.
public protocol CheckPhase: Element {
    /// Throws for parameters that do not go together, or not with the layout; touches nothing.
    func check(_ request: CheckContext) throws
}

/// An element that makes the first contents of the target tree.
///
/// Runs outside the chroot.
public protocol RootPhase: Element {
    /// Does the element's work of the phase.
    func root(_ target: RootContext) throws
}

/// An element that brings files of the build host or its user into the build.
///
/// Runs outside the chroot.
public protocol ExtraDataPhase: Element {
    /// Does the element's work of the phase.
    func extraData(_ target: ExtraDataContext) throws
}

/// An element that prepares the chroot before packages are installed.
///
/// Runs in the chroot.
public protocol PreInstallPhase: Element {
    /// Does the element's work of the phase.
    func preInstall(_ target: PreInstallContext) throws
}

/// An element that installs and configures what it brings.
///
/// Runs in the chroot.
public protocol InstallPhase: Element {
    /// Does the element's work of the phase.
    func install(_ target: InstallContext) throws
}

/// An element that works on what all elements have installed.
///
/// Runs in the chroot.
public protocol PostInstallPhase: Element {
    /// Does the element's work of the phase.
    func postInstall(_ target: PostInstallContext) throws
}

/// An element that changes the finished tree from outside.
///
/// Runs outside the chroot.
public protocol PostRootPhase: Element {
    /// Does the element's work of the phase.
    func postRoot(_ target: PostRootContext) throws
}

/// An element that adds to the ramdisk that is made of the tree.
///
/// Runs outside the chroot, on the finished tree, in builds that make a ramdisk (--ramdisk, dibhost ramdisk).
public protocol RamdiskPhase: Element {
    /// Does the element's work of the phase.
    func ramdisk(_ ramdisk: RamdiskContext) throws
}

/// An element that changes the disk layout before the disk is made.
///
/// Runs outside the chroot, on the finished tree.
public protocol BlockDevicePhase: Element {
    /// Does the element's work of the phase.
    func blockDevice(_ target: BlockDeviceContext) throws
}

/// An element that works on the tree before it is finalised.
///
/// Runs outside the chroot.
public protocol PreFinalisePhase: Element {
    /// Does the element's work of the phase.
    func preFinalise(_ target: PreFinaliseContext) throws
}

/// An element that makes the last changes to the tree.
///
/// Runs in the chroot.
public protocol FinalisePhase: Element {
    /// Does the element's work of the phase.
    func finalise(_ target: FinaliseContext) throws
}

/// An element that removes what must not be in the image.
///
/// Runs outside the chroot.
public protocol CleanupPhase: Element {
    /// Does the element's work of the phase.
    func cleanup(_ target: CleanupContext) throws
}
