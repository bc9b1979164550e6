// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// A volume group of LVM: partitions of one disk, whose space its logical volumes share.
package struct VolumeGroup: Codable, Equatable, Sendable {
    package var name: String
    /// In the order in which their space is handed out.
    package var physicalVolumes: [PhysicalVolume]
    /// What space is handed out in; a power of two.
    package var extentSize: ByteCount
    /// In the order in which they get their space.
    package var logicalVolumes: [LogicalVolume]

    /// lvm(8)'s own size of an extent.
    package static let standardExtentSize = ByteCount.mebibytes(4)

    package init(
        name: String, physicalVolumes: [PhysicalVolume],
        extentSize: ByteCount = standardExtentSize, logicalVolumes: [LogicalVolume] = []
    ) {
        self.name = name
        self.physicalVolumes = physicalVolumes
        self.extentSize = extentSize
        self.logicalVolumes = logicalVolumes
    }
}

extension VolumeGroup {
    /// What device-mapper calls one of its volumes: the names with a hyphen between, and two for each of their own.
    package func mapperName(of volume: LogicalVolume) -> String {
        [name, volume.name].map { $0.split(separator: "-", omittingEmptySubsequences: false) }
            .map { $0.joined(separator: "--") }.joined(separator: "-")
    }
}

/// A partition that belongs to a volume group.
package struct PhysicalVolume: Codable, Equatable, Sendable {
    /// What lies before the first extent: the label and the group's description, lvm(8).
    package static let reserved = ByteCount.mebibytes(1)

    package var name: String
    /// The partition's name.
    package var partition: String

    package init(name: String, partition: String) {
        self.name = name
        self.partition = partition
    }
}

/// A part of a volume group, which a system sees as a disk of its own.
package struct LogicalVolume: Codable, Equatable, Sendable {
    package var name: String
    package var size: Size
    /// The physical volumes that it is spread over in turns; 1: it lies on one after the other.
    package var stripes: Int
    /// What goes to one of them before the next one's turn; a power of two.
    package var stripeSize: ByteCount
    package var volume: Volume?

    package enum Size: Equatable, Sendable {
        /// Rounded down to whole extents.
        case absolute(ByteCount)
        case extents(Int64)
        /// A percentage of the group's extents.
        case shareOfGroup(Double)
        /// A percentage of the extents that the volumes before it leave.
        case shareOfRest(Double)
    }

    /// lvm(8)'s own size of a stripe.
    package static let standardStripeSize = ByteCount.kibibytes(64)

    package init(
        name: String, size: Size, stripes: Int = 1,
        stripeSize: ByteCount = standardStripeSize, volume: Volume? = nil
    ) {
        self.name = name
        self.size = size
        self.stripes = stripes
        self.stripeSize = stripeSize
        self.volume = volume
    }
}

extension LogicalVolume.Size: CustomStringConvertible {
    package var description: String {
        switch self {
        case .absolute(let size): size.description
        case .extents(let count): "\(count) extents"
        case .shareOfGroup(let share): "\(Self.number(share)) % of the group"
        case .shareOfRest(let share): "\(Self.number(share)) % of the rest"
        }
    }

    /// As lvcreate(8) has it in its option -l; nil for a size in bytes.
    var extentsNotation: String? {
        switch self {
        case .absolute: nil
        case .extents(let count): String(count)
        case .shareOfGroup(let share): "\(Self.number(share))%VG"
        case .shareOfRest(let share): "\(Self.number(share))%FREE"
        }
    }

    private static func number(_ share: Double) -> String {
        share == share.rounded() ? String(Int(share)) : String(share)
    }
}

/// A number of bytes, or what lvcreate's option -l takes.
extension LogicalVolume.Size: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int64.self) {
            self = .absolute(ByteCount(bytes))
            return
        }
        let text = try container.decode(String.self)
        guard let size = Self(extents: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no size: '\(text)'")
        }
        self = size
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .absolute(let size) = self {
            try container.encode(size.bytes)
        } else {
            try container.encode(extentsNotation)
        }
    }

    /// What lvcreate(8) takes with -l: "40", "28%VG", "100%FREE", "50%PVS"; nil for anything else.
    init?(extents text: String) {
        if let count = Int64(text) {
            guard count > 0 else { return nil }
            self = .extents(count)
            return
        }
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        guard parts.count == 2, let share = Double(parts[0]), share > 0, share <= 100 else {
            return nil
        }
        switch parts[1] {
        // All physical volumes of the group are meant when none is named.
        case "VG", "PVS": self = .shareOfGroup(share)
        case "FREE": self = .shareOfRest(share)
        default: return nil
        }
    }
}
