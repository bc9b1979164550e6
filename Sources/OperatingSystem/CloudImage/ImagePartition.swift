// SPDX-License-Identifier: Apache-2.0

/// A part of a disk image: a partition, or the whole of a disk that has no partition table.
package struct ImagePartition: Equatable {
    /// What its type says that it is for.
    package enum Purpose: Equatable {
        case efi
        /// The extended boot loader partition of the Boot Loader Specification, mounted at /boot.
        case boot
        case root
        case volumeGroup
        case other
    }

    /// Its number in the table; 0 for a disk without one.
    package var number = 0
    /// Where it begins, in bytes.
    package var offset: UInt64 = 0
    /// How long it is, in bytes.
    package var size: UInt64 = 0
    /// The type in the table, in lower case: a GUID, or two hexadecimal digits or one.
    package var type = ""
    /// PARTUUID, in lower case.
    package var partitionID = ""
    /// PARTLABEL.
    package var partitionLabel = ""
    /// blkid's name of what is in it, such as "ext4"; empty for nothing known.
    package var fileSystem = ""
    /// The file system's label.
    package var label = ""
    /// The file system's UUID.
    package var fileSystemID = ""

    /// A part of which nothing is known yet.
    package init() {}

    /// The types of the Discoverable Partitions Specification, and of MBR.
    private static let purposes: [String: Purpose] = [
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": .efi, "ef": .efi,
        "bc13c2ff-59e6-4262-a352-b275fd6f7172": .boot, "ea": .boot,
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": .root,  // x86-64
        "b921b045-1df0-41c3-af44-4c6f280d3fae": .root,  // AArch64
        "c31c45e6-3f39-412e-80fb-4809c4980599": .root,  // 64-bit PowerPC, little endian
        "5eead9a9-fe09-4a1e-a1d7-520d00531306": .root,  // s390x
        "e6d6d379-f507-44c2-a23c-238f2a3df928": .volumeGroup, "8e": .volumeGroup,
    ]

    /// What it is for by its type, and where that says nothing by label and contents.
    package var purpose: Purpose {
        if fileSystem == "LVM2_member" { return .volumeGroup }
        if let purpose = Self.purposes[type] { return purpose }
        if fileSystem == "vfat", ["efi", "uefi", "esp"].contains(label.lowercased()) {
            return .efi
        }
        return label.lowercased() == "boot" ? .boot : .other
    }

    /// Whether it holds a file system that a root can be on.
    package var canBeRoot: Bool { ["ext2", "ext3", "ext4", "xfs", "btrfs"].contains(fileSystem) }

    /// The partitions in the text of `sfdisk --dump`.
    package static func parse(_ text: String) -> [ImagePartition] {
        let lines = text.split(separator: "\n")
        let unit =
            lines.first { $0.hasPrefix("sector-size:") }
            .flatMap { UInt64($0.split(separator: " ").last ?? "") } ?? 512
        let partitions = lines.compactMap { partition(in: $0, unit: unit) }
        // An extended partition holds others and nothing itself.
        return partitions.filter { !["5", "f", "85"].contains($0.type) }
    }

    /// A line such as "image4 : start= 2048, size= 40960, type=83, uuid=..., name="root"".
    private static func partition(in line: Substring, unit: UInt64) -> ImagePartition? {
        guard let colon = line.range(of: " : "), line.contains("start=") else { return nil }
        let device = line[..<colon.lowerBound]
        let digits = device.reversed().prefix(while: \.isNumber).reversed()
        var fields: [String: String] = [:]
        for field in line[colon.upperBound...].split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[String(parts[0].filter { !$0.isWhitespace })] =
                parts[1].trimmed().replacing("\"", with: "")
        }
        guard let number = Int(String(digits)), let start = fields["start"].flatMap(UInt64.init),
            let size = fields["size"].flatMap(UInt64.init)
        else { return nil }
        var partition = ImagePartition()
        partition.number = number
        partition.offset = start * unit
        partition.size = size * unit
        partition.type = fields["type", default: ""].lowercased()
        partition.partitionID = fields["uuid", default: ""].lowercased()
        partition.partitionLabel = fields["name", default: ""]
        return partition
    }

    /// Takes over what `blkid --output export` tells of the contents.
    package mutating func describe(by text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            // blkid escapes spaces and quotes by backslashes.
            let value = parts[1].filter { $0 != "\\" }
            switch parts[0] {
            case "TYPE": fileSystem = value
            case "LABEL": label = value
            case "UUID": fileSystemID = value
            default: break
            }
        }
    }
}
