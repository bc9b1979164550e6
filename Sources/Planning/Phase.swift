// SPDX-License-Identifier: Apache-2.0

/// A moment of the build, in the order of the cases.
///
/// The raw value is the name in manifests, plans and logs,
/// and, with ".d" behind it, the folder name of legacy elements.
package enum Phase: String, CaseIterable, Codable, Sendable, Comparable {
    /// Native elements only: looks at what was asked before anything is done.
    case check
    case root
    case extraData = "extra-data"
    case preInstall = "pre-install"
    case install
    case postInstall = "post-install"
    case postRoot = "post-root"
    case ramdisk
    case blockDevice = "block-device"
    case preFinalise = "pre-finalise"
    case finalise
    case cleanup

    /// Whether hooks of this phase run with the target tree as their root folder.
    package var isInChroot: Bool {
        switch self {
        case .preInstall, .install, .postInstall, .finalise: true
        default: false
        }
    }

    /// The place of this phase in a build.
    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The number of this phase in the C table, `dib_phase`.
    package var number: UInt32 { self == .check ? 12 : UInt32(place) }

    /// Whether shell elements have scripts for this phase.
    package var hasScripts: Bool { self != .check }

    /// How long a hook of this phase may run unless its element's `deadline` parameter says otherwise.
    package var defaultDeadline: Duration {
        switch self {
        case .check: .seconds(60)
        case .root: .seconds(3600)
        default: .seconds(1800)
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.place < right.place }
}
