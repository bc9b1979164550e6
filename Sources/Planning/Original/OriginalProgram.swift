// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// The programs of the original whose names are links to dibhost.
///
/// Under such a name the program takes the original's arguments and ends with the original's statuses; an option of
/// dibhost's own works too when it is spelled out.
package enum OriginalProgram: String, Sendable {
    case diskImageCreate = "disk-image-create"
    case ramdiskImageCreate = "ramdisk-image-create"
    case diskimageBuilder = "diskimage-builder"
    case elementInfo = "element-info"

    /// The program under whose name this process was started; nil for dibhost itself.
    package init?(path: String) {
        self.init(rawValue: String(path.split(separator: "/").last ?? ""))
    }

    /// The exit status for arguments that make no sense.
    package var usageStatus: Int32 { self == .diskimageBuilder ? 2 : 1 }

    /// The exit status for any other error: that of the hook that failed, else 1.
    package func exitStatus(of error: BuildError) -> Int32 {
        switch error.code {
        case .interrupted: error.exitStatus
        case .buildFailed: error.hookStatus ?? 1
        case .refused, .environment: 1
        }
    }
}
