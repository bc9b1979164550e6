// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// The element of a distribution of the RPM family: it tells the facts, and `RPMSystem` does the work.
///
///     struct Fedora: RPMElement {
///         static let distribution = RPMDistribution(element: "fedora", ...)
///         let parameters: Parameters
///         init(_ parameters: Parameters) { self.parameters = parameters }
///     }
public protocol RPMElement: CheckPhase, RootPhase, PostInstallPhase, FinalisePhase, CleanupPhase {
    /// What the element knows of its distribution.
    static var distribution: RPMDistribution { get }
    /// The element's parameters.
    var parameters: Parameters { get }
}

extension RPMElement {
    /// What all elements of the family do.
    public var system: RPMSystem { RPMSystem(Self.distribution, parameters) }

    /// Refuses what is known to be impossible.
    public func check(_ request: CheckContext) throws { try system.check(request) }
    /// Makes the tree.
    public func root(_ target: RootContext) throws { try system.root(target) }
    /// Makes what a kernel lacks to be booted.
    public func postInstall(_ target: PostInstallContext) throws {
        try system.postInstall(target)
    }
    /// Forgets what must differ between instances.
    public func finalise(_ target: FinaliseContext) throws { try system.finalise(target) }
    /// Leaves nothing of the build in the tree, and labels it.
    public func cleanup(_ target: CleanupContext) throws { try system.cleanup(target) }
}
