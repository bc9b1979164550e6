// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// A VHD of fixed size: the raw image, rounded up to whole MiB as Azure demands, and a footer of 512 bytes.
///
/// Written here rather than by qemu-img, whose footer holds the time and a random identifier. The format is the
/// "Virtual Hard Disk Image Format Specification" 1.0; all numbers are big-endian.
struct FixedVHD {
    private let size: ByteCount
    private let time: Int64
    private let identity: ContentDigest

    init(size: ByteCount, time: Int64, identity: ContentDigest) {
        self.size = size.roundedUp(to: .mebibytes(1))
        self.time = time
        self.identity = identity
    }

    /// Copies what `source` holds, holes left out, to `output`, an empty file, and adds the footer.
    func write(
        _ source: FileDescriptor, to output: FileDescriptor, interrupt: FileDescriptor?
    ) throws {
        let length = try source.seek(offset: 0, from: .end)
        for range in try source.dataRanges(size: length) {
            var position = range.lowerBound
            try FilePieces(source, range, interrupt: interrupt).forEach { bytes in
                try output.writeAll(toAbsoluteOffset: position, bytes)
                position += Int64(bytes.count)
            }
        }
        try output.writeAll(toAbsoluteOffset: size.bytes, footer)
    }

    var footer: [UInt8] {
        var bytes = Array("conectix".utf8)
        // A bit that is always set; version 1.0; no place of a further header.
        bytes += bigEndian([2, 0x0001_0000] as [UInt32]) + bigEndian([UInt64.max])
        // Seconds since 2000.
        bytes += bigEndian([UInt32(clamping: time - 946_684_800)])
        // Creators of this name mean the size below and not the geometry, which rounds; QEMU goes by it.
        bytes += Array("qem2".utf8) + bigEndian([0x0005_0003] as [UInt32]) + Array("Wi2k".utf8)
        bytes += bigEndian([UInt64(size.bytes), UInt64(size.bytes)])
        bytes += geometry
        // Fixed.
        bytes += bigEndian([2] as [UInt32])
        let identifier = identifier
        let rest = [UInt8](repeating: 0, count: 512 - bytes.count - 4 - identifier.count)
        let sum = (bytes + identifier).reduce(UInt32(0)) { $0 + UInt32($1) }
        return bytes + bigEndian([~sum]) + identifier + rest
    }

    private var identifier: [UInt8] {
        let digits = identity.uuid(for: "vhd").filter(\.isHexDigit)
        return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            let start = digits.index(digits.startIndex, offsetBy: offset)
            return UInt8(digits[start...].prefix(2), radix: 16)
        }
    }

    /// Cylinders, heads and sectors for old BIOSes, by the appendix of the specification.
    private var geometry: [UInt8] {
        let total = min(size.bytes / 512, 65535 * 16 * 255)
        var sectors: Int64 = 17
        var tracks = total / 17
        var heads = max(4, (tracks + 1023) / 1024)
        if total >= 65535 * 16 * 63 {
            (sectors, heads, tracks) = (255, 16, total / 255)
        } else {
            if tracks >= heads * 1024 || heads > 16 {
                (sectors, heads, tracks) = (31, 16, total / 31)
            }
            if tracks >= heads * 1024 {
                (sectors, heads, tracks) = (63, 16, total / 63)
            }
        }
        return bigEndian([UInt16(tracks / heads)]) + [UInt8(heads), UInt8(sectors)]
    }

    private func bigEndian<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        Qcow2Format.bigEndian(values)
    }
}
