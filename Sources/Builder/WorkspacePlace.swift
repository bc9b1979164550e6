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
    ///
    /// A build whose tmpfs has to be of a certain size at least (--min-tmpfs) is in memory exactly when that fits.
    package init(usesTmpfs: Bool, available: ByteCount, least: ByteCount? = nil) {
        let limit = ByteCount(available.bytes / 10 * 8)
        if !usesTmpfs {
            self = .disk(reason: nil)
        } else if least.map({ limit < $0 }) ?? (available < Self.leastMemory) {
            self = .disk(reason: "\(available) of memory are free")
        } else {
            self = .memory(limit: limit)
        }
    }
}
