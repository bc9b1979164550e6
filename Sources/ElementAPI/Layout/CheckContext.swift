// SPDX-License-Identifier: Apache-2.0

/// What a hook of the check phase can do: look at parameters, at values of the build and at the planned layout.
public struct CheckContext: RequestContext {
    /// The connection to the host.
    public let services: HostServices

    /// The layout as planned; hooks of phase block-device may change it later.
    ///
    /// - Throws: `ElementError` when this dibhost has no layouts for elements, or one that this ElementAPI cannot read.
    public var layout: DiskLayout { get throws { try services.layout } }
}
