// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// What a machine's metadata says, whichever way the machine gets them; also the form of the file of --metadata-file.
package struct MachineMetadata: Codable, Equatable, Sendable {
    package var instanceID: String?
    package var hostname: String?
    /// Lines of authorized_keys(5) that may log in, beside the verification's own.
    package var keys: [String]?
    /// What OpenStack calls `meta`, and EC2 the instance's tags.
    package var meta: [String: String]?
    package var userData: String?
    /// What is handed over to the configuration manager's agent: server, public-key, credentials.
    package var handOver: [String: String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case instanceID = "instance-id"
        case hostname
        case keys
        case meta
        case userData = "user-data"
        case handOver = "hand-over"
    }

    /// Metadata that say nothing.
    package init() {}

    /// The metadata in the text of a file.
    ///
    /// - Throws: an error that says what is wrong with the text, a member that is not known too.
    package init(json text: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text))
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        instanceID = try values.decodeIfPresent(String.self, forKey: .instanceID)
        hostname = try values.decodeIfPresent(String.self, forKey: .hostname)
        keys = try values.decodeIfPresent([String].self, forKey: .keys)
        meta = try values.decodeIfPresent([String: String].self, forKey: .meta)
        userData = try values.decodeIfPresent(String.self, forKey: .userData)
        handOver = try values.decodeIfPresent([String: String].self, forKey: .handOver)
        let known = Set(CodingKeys.allCases.map(\.rawValue))
        let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        if let name = names.sorted().first(where: { !known.contains($0) }) {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "there is no member '\(name)'"))
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// What is handed over as a text in JSON; nil for nothing.
    var handOverText: String? {
        get throws {
            guard let handOver else { return nil }
            return try Self.json(handOver)
        }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
