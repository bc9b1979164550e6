// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// A part of a disk.
package struct ByteRange: Codable, Equatable, Sendable {
    package var offset: ByteCount
    package var length: ByteCount

    package init(offset: ByteCount, length: ByteCount) {
        self.offset = offset
        self.length = length
    }

    /// The first byte behind it.
    package var end: ByteCount { offset + length }
}
