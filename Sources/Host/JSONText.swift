// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The form of all JSON that dibhost prints: keys in order, one value a line.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
