// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// Writes the first page of a swap area, as mkswap does: the kernel's struct swap_header of linux/swap.h.
///
///     1024   version 1, last page, bad pages (32 bits each)   1036   UUID   1052   label
///     4086   SWAPSPACE2
package enum SwapWriter {
    private static let pageSize: Int64 = 4096

    /// Writes the page at the beginning of `range`; what follows holds nothing.
    package static func write(
        to image: FileDescriptor, range: ByteRange, label: String, uuid: String
    ) throws {
        var page = [UInt8](repeating: 0, count: Int(pageSize))
        let last = UInt32(clamping: range.length.bytes / pageSize - 1)
        put(UInt32(1), into: &page, at: 1024)
        put(last, into: &page, at: 1028)
        let digits = Array(uuid.filter { $0 != "-" })
        for index in 0..<min(16, digits.count / 2) {
            page[1036 + index] = UInt8(String(digits[index * 2...index * 2 + 1]), radix: 16) ?? 0
        }
        for (index, byte) in label.utf8.prefix(16).enumerated() { page[1052 + index] = byte }
        page.replaceSubrange(4086..., with: Array("SWAPSPACE2".utf8))
        try image.writeAll(toAbsoluteOffset: range.offset.bytes, page)
    }

    private static func put(_ value: UInt32, into page: inout [UInt8], at offset: Int) {
        for index in 0..<4 {
            page[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }
}
