// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Writes the labels of a group's physical volumes and its description on each of them, as pvcreate and vgcreate do.
///
/// Own code rather than lvm(8): that works on block devices alone, and puts identities, times and the name of the build
/// host into what it writes. The format is that of lvm2's lib/format_text/layout.h and lib/label/label.h:
///
///     512      label "LABELONE": its sector, a checksum, then "LVM2 001", identity, size, places of extents and description
///     4096     header of the description's area: a checksum, places and checksums of the text
///     4608     the group as text
///     1 MiB    the first extent
struct VolumeGroupWriter {
    private static let sector = 512
    private static let areaOffset = 4096
    private static let version = "LVM2 001"
    /// What checksums begin with.
    private static let seed: UInt32 = 0xF597_A6CF
    private static let areaMagic: [UInt8] = [
        0x20, 0x4C, 0x56, 0x4D, 0x32, 0x20, 0x78, 0x5B, 0x35, 0x41, 0x25, 0x72, 0x30, 0x4E, 0x2A,
        0x3E,
    ]

    private let geometry: VolumeGroupGeometry
    private let text: VolumeGroupText

    /// The writer of one group; identities are derived from `digest`, and `time` is that of making, in seconds since 1970.
    init(_ geometry: VolumeGroupGeometry, digest: ContentDigest, time: Int64) {
        self.geometry = geometry
        text = VolumeGroupText(geometry: geometry, digest: digest, time: time)
    }

    /// Writes to the disk's image; extents stay as they are.
    ///
    /// - Throws: `BuildError` when the description is longer than its area.
    func write(to image: FileDescriptor) throws {
        let description = Array(text.text.utf8) + [0]
        let areaSize = Int(PhysicalVolume.reserved.bytes) - Self.areaOffset
        // Half of the area is for the next description.
        guard description.count <= (areaSize - Self.sector) / 2 else {
            throw BuildError(
                .buildFailed,
                "the description of volume group '\(geometry.group.name)' takes \(description.count) bytes, too many",
                hint: "Divide the group: it has too many logical volumes.")
        }
        for (member, partition) in zip(geometry.group.physicalVolumes, geometry.partitions) {
            let start = partition.offset.bytes
            let identity = text.identity(of: member)
            try image.writeAll(
                toAbsoluteOffset: start + Int64(Self.sector),
                label(identity, size: partition.length.bytes, areaSize: areaSize))
            try image.writeAll(
                toAbsoluteOffset: start + Int64(Self.areaOffset),
                areaHeader(description, areaSize: areaSize) + description)
        }
    }

    private func label(_ identity: String, size: Int64, areaSize: Int) -> [UInt8] {
        var label = Array("LABELONE".utf8)
        label.put(UInt64(1))
        label.put(UInt32(0))
        // Where the contents begin in the label.
        label.put(UInt32(32))
        label += Array(Self.version.utf8)
        label += Array(identity.utf8)
        label.put(UInt64(size))
        // Extents go on to the end, and the list ends; the description's area, and its list ends.
        for number in [Int(PhysicalVolume.reserved.bytes), 0, 0, 0] { label.put(UInt64(number)) }
        for number in [Self.areaOffset, areaSize, 0, 0] { label.put(UInt64(number)) }
        // An extension of version 2: the volume is used, and has no area for a boot loader.
        label.put(UInt32(2))
        label.put(UInt32(1))
        for _ in 0..<2 { label.put(UInt64(0)) }
        label += [UInt8](repeating: 0, count: Self.sector - label.count)
        label.set(Self.checksum(label[20...]), at: 16)
        return label
    }

    private func areaHeader(_ description: [UInt8], areaSize: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 4)
        header += Self.areaMagic
        header.put(UInt32(1))
        header.put(UInt64(Self.areaOffset))
        header.put(UInt64(areaSize))
        // The text's place from the area's beginning, and no second one.
        header.put(UInt64(Self.sector))
        header.put(UInt64(description.count))
        header.put(Self.checksum(description[...]))
        header += [UInt8](repeating: 0, count: Self.sector - header.count)
        header.set(Self.checksum(header[4...]), at: 0)
        return header
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        Checksum.crc32(bytes, from: seed)
    }
}

extension [UInt8] {
    /// Adds a number, the low byte first.
    fileprivate mutating func put(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func set(_ number: UInt32, at offset: Int) {
        Swift.withUnsafeBytes(of: number.littleEndian) {
            replaceSubrange(offset..<offset + 4, with: $0)
        }
    }
}
