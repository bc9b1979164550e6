// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import FoundationEssentials

/// What travels on the events socket: four bytes of length, low byte first, then one value as JSON.
///
/// The plan goes one way, once; events come back. A byte after the plan is the wish to end the
/// build: the builder never reads it, so that the socket stays readable and every poll of it sees
/// the wish.
enum Frame {
    /// No plan and no event comes near this; more means that the other side is not what it should
    /// be.
    static let longest = 64 << 20

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let json = try encoder.encode(value)
        let length = UInt32(json.count).littleEndian
        return withUnsafeBytes(of: length) { Array($0) } + json
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from json: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(type, from: Data(json))
    }

    /// The length that four bytes announce.
    static func length(_ header: some Collection<UInt8>) throws -> Int {
        let length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= longest else {
            throw BuildError(.buildFailed, "a frame of \(length) bytes came over the events socket")
        }
        return length
    }
}

/// Cuts a stream of bytes into frames.
struct FrameSplitter {
    private var pending: [UInt8] = []
    private var start = 0

    mutating func append(_ bytes: some Collection<UInt8>) {
        pending.removeFirst(start)
        start = 0
        pending.append(contentsOf: bytes)
    }

    /// The next whole frame's JSON; nil until more bytes have come.
    mutating func next() throws -> [UInt8]? {
        guard pending.count - start >= 4 else { return nil }
        let length = try Frame.length(pending[start..<start + 4])
        guard pending.count - start - 4 >= length else { return nil }
        let json = Array(pending[start + 4..<start + 4 + length])
        start += 4 + length
        return json
    }
}
