// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// The bytes of a file or of a part of it, read piece by piece without moving the descriptor's offset.
struct FilePieces {
    private static let pieceSize = 1 << 20

    private let file: FileDescriptor
    private let range: Range<Int64>
    private let interrupt: FileDescriptor?

    init(_ file: FileDescriptor, _ range: Range<Int64> = 0..<Int64.max, interrupt: FileDescriptor?)
    {
        self.file = file
        self.range = range
        self.interrupt = interrupt
    }

    /// Calls `body` for each piece until the range or the file ends.
    func forEach(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(Int64(buffer.count), range.upperBound - position))
            let count = try buffer.withUnsafeMutableBytes {
                try file.read(
                    fromAbsoluteOffset: position,
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
            }
            guard count > 0 else { return }
            try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            position += Int64(count)
            try Interruption.check(interrupt, during: "reading an output")
        }
    }
}
