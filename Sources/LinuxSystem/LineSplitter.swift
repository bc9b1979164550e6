// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into lines of text; a carriage return ends a line too, as progress meters use it.
package struct LineSplitter {
    private var pending: [UInt8] = []
    private var previous: UInt8 = 0
    /// A line that never ends is handed on in pieces of this many bytes.
    private static let longest = 64 << 10

    package init() {}

    package mutating func append(_ bytes: UnsafeRawBufferPointer, _ onLine: (String) -> Void) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\r"):
                flush(onLine)
            case UInt8(ascii: "\n"):
                if previous != UInt8(ascii: "\r") { flush(onLine) }
            default:
                if pending.count == Self.longest { flush(onLine) }
                pending.append(byte)
            }
            previous = byte
        }
    }

    /// Hands on a last line that had no line feed.
    package mutating func finish(_ onLine: (String) -> Void) {
        if !pending.isEmpty { flush(onLine) }
    }

    private mutating func flush(_ onLine: (String) -> Void) {
        onLine(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }
}

/// The last lines of something long.
package struct TailBuffer: Sendable {
    package private(set) var lines: [String] = []
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    package mutating func append(_ line: String) {
        if lines.count == limit { lines.removeFirst() }
        lines.append(line)
    }
}
