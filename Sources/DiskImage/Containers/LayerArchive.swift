// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import SystemPackage

/// A tar archive whose first entry is the container's only layer.
///
/// A layer is named by its checksum, and a header holds its size, but both are known only once it is written. So the
/// layer is written in place, behind room for one header, which follows; nothing is copied and no other file is needed.
///
///     0      header of the layer, written last
///     512    the layer, padded to whole blocks
///            headers and contents of the small files that describe it
///            two blocks of zeros
package struct LayerArchive {
    private static let blockSize: Int64 = 512

    private let output: FileDescriptor
    private let time: Int64

    /// An archive in `output`, an empty file; `time` is that of its entries, in seconds since 1970.
    package init(output: FileDescriptor, time: Int64) {
        self.output = output
        self.time = time
    }

    /// Writes the layer: `body` is told where it begins, writes it from the descriptor's offset on and returns its name.
    package func writeLayer(_ body: (Int64) throws -> String) throws {
        try output.seek(offset: Self.blockSize, from: .start)
        let name = try body(Self.blockSize)
        let end = max(Self.blockSize, try output.seek(offset: 0, from: .end))
        try output.writeAll(
            toAbsoluteOffset: 0, header(name: name, size: end - Self.blockSize))
        try pad(from: end)
    }

    /// Adds a small file.
    package func write(_ content: [UInt8], as name: String) throws {
        try output.writeAll(header(name: name, size: Int64(content.count)) + content)
        try pad(from: try output.seek(offset: 0, from: .end))
    }

    /// Writes the end of the archive.
    package func finish() throws {
        try output.writeAll([UInt8](repeating: 0, count: 2 * Int(Self.blockSize)))
    }

    private func pad(from end: Int64) throws {
        let rest = (Self.blockSize - end % Self.blockSize) % Self.blockSize
        try output.seek(offset: 0, from: .end)
        try output.writeAll([UInt8](repeating: 0, count: Int(rest)))
    }

    /// A header of POSIX ustar for a file of root's.
    private func header(name: String, size: Int64) -> [UInt8] {
        precondition(name.utf8.count <= 100, "names are made of a checksum and short words")
        var bytes = Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count)
        bytes += Array("0000644\u{0}0000000\u{0}0000000\u{0}".utf8)
        bytes += Self.number(size) + Self.number(max(0, time))
        // For the sum, the sum itself counts as spaces.
        let rest =
            Array("        0".utf8) + [UInt8](repeating: 0, count: 100)
            + Array("ustar\u{0}00".utf8) + [UInt8](repeating: 0, count: 247)
        let sum = (bytes + rest).reduce(0) { $0 + Int($1) }
        return bytes + Array((Self.octal(Int64(sum), digits: 6) + "\u{0} ").utf8)
            + rest.dropFirst(8)
    }

    /// Twelve bytes: octal digits, or GNU's binary form where 8 GiB and more need it.
    private static func number(_ value: Int64) -> [UInt8] {
        guard value >= 1 << 33 else { return Array(octal(value, digits: 11).utf8) + [0] }
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
        return [0x80, 0, 0, 0] + bytes
    }

    private static func octal(_ value: Int64, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
