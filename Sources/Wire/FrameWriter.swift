// SPDX-License-Identifier: Apache-2.0

/// Puts the fields of a frame behind one another: numbers little endian, texts and lists behind a
/// 32-bit count.
struct FrameWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    mutating func put(_ flag: Bool) { put(UInt8(flag ? 1 : 0)) }

    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes += text.utf8
    }

    mutating func put<Item>(_ items: [Item], _ putItem: (inout FrameWriter, Item) -> Void) {
        put(UInt32(items.count))
        for item in items { putItem(&self, item) }
    }

    mutating func put(_ table: [String: String]) {
        put(table.sorted { $0.key < $1.key }) { writer, pair in
            writer.put(pair.key)
            writer.put(pair.value)
        }
    }

    /// The bytes behind their 32-bit count.
    var framed: [UInt8] {
        var frame = FrameWriter()
        frame.put(UInt32(bytes.count))
        return frame.bytes + bytes
    }
}
