// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// Where the files of a build lie.
package enum WorkspacePlace: Equatable {
    /// In a tmpfs of at most this size.
    case memory(limit: ByteCount)
    /// On disk; `reason` says why not in memory, unless the user wished it so.
    case disk(reason: String?)

    /// Below this much free memory the build works on disk: a tree, an image and its compressed form of an ordinary
    /// server take three to four.
    package static let leastMemory = ByteCount.gibibytes(6)

    /// The place for a build with this much free memory.
    package init(usesTmpfs: Bool, available: ByteCount) {
        if !usesTmpfs {
            self = .disk(reason: nil)
        } else if available < Self.leastMemory {
            self = .disk(reason: "\(available) of memory are free")
        } else {
            self = .memory(limit: ByteCount(available.bytes / 10 * 8))
        }
    }
}
