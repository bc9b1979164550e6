// SPDX-License-Identifier: Apache-2.0

/// Takes the fields of a frame one after another; the counterpart of `FrameWriter`.
struct FrameReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    private mutating func take(_ count: Int) throws(FrameError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func byte() throws(FrameError) -> UInt8 { try number() }

    mutating func flag() throws(FrameError) -> Bool { try byte() != 0 }

    mutating func number<Number: FixedWidthInteger>() throws(FrameError) -> Number {
        let bytes = try take(MemoryLayout<Number>.size)
        return bytes.reversed().reduce(0) { ($0 << 8) | Number(truncatingIfNeeded: $1) }
    }

    mutating func text() throws(FrameError) -> String {
        let count: UInt32 = try number()
        return String(decoding: try take(Int(count)), as: UTF8.self)
    }

    mutating func list<Item>(
        _ item: (inout FrameReader) throws(FrameError) -> Item
    ) throws(FrameError) -> [Item] {
        let count: UInt32 = try number()
        var items: [Item] = []
        for _ in 0..<count { items.append(try item(&self)) }
        return items
    }

    mutating func table() throws(FrameError) -> [String: String] {
        let pairs = try list { reader throws(FrameError) in (try reader.text(), try reader.text()) }
        return Dictionary(pairs) { _, last in last }
    }

    func end() throws(FrameError) {
        guard rest.isEmpty else { throw .trailingBytes }
    }
}
