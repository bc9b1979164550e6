// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Planning

/// Where a volume lies on its disk: in one piece, or, a logical volume, in several; an encrypted one behind its header.
package struct VolumePlace: Equatable, Sendable {
    /// In the order of the bytes that lie in them: those of the header, then the volume's.
    package let pieces: [ByteRange]
    /// What lies before the volume's first byte.
    package let header: ByteCount
    /// Of the volume.
    package let length: ByteCount

    package init(_ pieces: [ByteRange], header: ByteCount = .zero) {
        self.pieces = pieces
        self.header = header
        length = pieces.reduce(.zero) { $0 + $1.length } - header
    }

    init(_ pieces: [ByteRange], of volume: Volume) {
        self.init(pieces, header: volume.headerSize)
    }

    /// Whether programs can work on it where it lies; else in a file of its own, from which it is copied in the end.
    package var isWhole: Bool { pieces.count == 1 && header == .zero }

    /// Where it lies in the file that programs work on: the disk's, or its own.
    package var range: ByteRange {
        isWhole ? pieces[0] : ByteRange(offset: .zero, length: length)
    }
}
