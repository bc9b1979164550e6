// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

// How layouts stand in JSON, of `dibhost plan --json` and of manifests: with the words of configurations.

extension Disk.Content: Codable {
    private enum CodingKeys: String, CodingKey { case fileSystem, table }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let table = try container.decodeIfPresent(PartitionTable.self, forKey: .table) {
            self = .table(table)
        } else {
            self = .volume(try container.decode(Volume.self, forKey: .fileSystem))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .volume(let volume): try container.encode(volume, forKey: .fileSystem)
        case .table(let table): try container.encode(table, forKey: .table)
        }
    }
}

/// A number of bytes, or a word: "30%", "auto", "rest".
extension Partition.Size: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int64.self) {
            self = .absolute(ByteCount(bytes))
            return
        }
        let word = try container.decode(String.self)
        switch word {
        case Self.fittingWord: self = .fitting
        case Self.restWord: self = .rest
        default:
            guard word.hasSuffix("%"), let share = Double(word.dropLast()) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "no size: '\(word)'")
            }
            self = .percent(share)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .absolute(let size): try container.encode(size.bytes)
        case .percent(let share):
            try container.encode(
                (share == share.rounded() ? String(Int(share)) : String(share)) + "%")
        case .fitting: try container.encode(Self.fittingWord)
        case .rest: try container.encode(Self.restWord)
        }
    }
}

/// "0x83", or a GUID.
extension PartitionType: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let type = PartitionType(text, in: text.hasPrefix("0x") ? .mbr : .gpt) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no type of a partition: '\(text)'")
        }
        self = type
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .code: try container.encode(description)
        case .guid(let guid): try container.encode(guid)
        }
    }
}
