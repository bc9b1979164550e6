// SPDX-License-Identifier: Apache-2.0

/// What a hook of the root phase can do.
public struct RootContext: HostContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the extra-data phase can do.
public struct ExtraDataContext: HostContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the pre-install phase can do.
public struct PreInstallContext: ChrootContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the install phase can do.
public struct InstallContext: ChrootContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the post-install phase can do.
public struct PostInstallContext: ChrootContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the post-root phase can do.
public struct PostRootContext: HostContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the pre-finalise phase can do.
public struct PreFinaliseContext: HostContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the finalise phase can do.
public struct FinaliseContext: ChrootContext {
    /// The connection to the host.
    public let services: HostServices
}

/// What a hook of the cleanup phase can do.
public struct CleanupContext: HostContext {
    /// The connection to the host.
    public let services: HostServices
}
