// SPDX-License-Identifier: Apache-2.0

/// Little-endian numbers and texts out of bytes that nobody has checked: outside of them everything is nil.
struct ByteReader {
    let bytes: [UInt8]

    /// The number at `offset`; nil when it does not lie within the bytes.
    func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, at offset: Int
    ) -> Number? {
        let size = Number.bitWidth / 8
        guard offset >= 0, offset <= bytes.count - size else { return nil }
        var value: Number = 0
        for index in (0..<size).reversed() { value = value << 8 | Number(bytes[offset + index]) }
        return value
    }

    /// The text from `offset` to the next NUL; nil when there is no NUL.
    func text(at offset: Int) -> String? {
        guard offset >= 0, offset < bytes.count,
            let end = bytes[offset...].firstIndex(of: 0)
        else { return nil }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    /// Whether `text`, followed by a NUL, stands at `offset`.
    func holds(_ text: StaticString, at offset: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard offset >= 0, offset < bytes.count - length, bytes[offset + length] == 0 else {
            return false
        }
        for index in 0..<length where bytes[offset + index] != text.utf8Start[index] {
            return false
        }
        return true
    }
}
