// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// GRUB for BIOS machines, as the tree brings it: a boot sector and the core image that the sector loads.
///
/// They are written by byte range, as grub-install does: the core image from sector 1 on, or in a partition for it, and in
/// both the number of the sector that follows. The Reed-Solomon codes that grub-install adds are left out; GRUB does without.
package struct BootLoader: Equatable, Sendable {
    static let folder = "boot/grub/i386-pc"

    private var bootSector: [UInt8]
    private var coreImage: [UInt8]

    /// Reads boot.img and core.img below `tree`; a link in the path cannot lead out of it.
    ///
    /// `element` is the one that asked for the boot loader, for messages.
    package init(tree: FilePath, element: String?) throws {
        bootSector = try Self.read("boot.img", in: tree, element: element)
        coreImage = try Self.read("core.img", in: tree, element: element)
        guard bootSector.count == 512, bootSector[510...] == [0x55, 0xAA] else {
            throw BuildError(
                .buildFailed, "'/\(Self.folder)/boot.img' of the tree is not a boot sector")
        }
        guard coreImage.count > 512 else {
            throw BuildError(
                .buildFailed, "'/\(Self.folder)/core.img' of the tree is not a core image")
        }
    }

    /// Writes the first sector with the partition table, and the core image into the range `place`: the gap before the
    /// first partition of an MBR, or a partition of its own in a GPT.
    package func write(
        to image: FileDescriptor, table: MasterBootRecord, place: ByteRange
    ) throws {
        guard Int64(coreImage.count) <= place.length.bytes else {
            throw BuildError(
                .buildFailed,
                "the boot loader's core image of \(ByteCount(Int64(coreImage.count))) does not fit into"
                    + " the \(place.length) at \(place.offset)")
        }
        let first = UInt64(place.offset.bytes / MasterBootRecord.sectorSize)
        var sector = bootSector
        Self.put(first, into: &sector, at: 0x5C)
        // Two no-operations: trust the drive number that the BIOS passes, as grub-install does for a hard disk.
        sector.replaceSubrange(0x66..<0x68, with: [0x90, 0x90])
        sector.replaceSubrange(440..., with: table.table)
        var core = coreImage
        Self.put(first + 1, into: &core, at: 0x1F4)
        try image.writeAll(toAbsoluteOffset: 0, sector)
        try image.writeAll(toAbsoluteOffset: place.offset.bytes, core)
    }

    /// 64 bits, little-endian.
    private static func put(_ value: UInt64, into bytes: inout [UInt8], at offset: Int) {
        let field = (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        bytes.replaceSubrange(offset..<offset + 8, with: field)
    }

    private static func read(
        _ name: String, in tree: FilePath, element: String?
    ) throws -> [UInt8] {
        let path = "\(folder)/\(name)"
        do {
            let root = try FileDescriptor.open(
                tree, .readOnly, options: [.directory, .closeOnExec])
            return try root.closeAfter {
                let file = try root.openBelow(path)
                return try file.closeAfter { try file.contents() }
            }
        } catch Errno.noSuchFileOrDirectory {
            throw BuildError(
                .buildFailed, "the boot loader's file '/\(path)' is missing in the tree",
                hint: "Check the hooks of the element that writes it.",
                location: element.map { BuildError.Location(element: $0) })
        } catch let error as Errno {
            throw BuildError(.buildFailed, "cannot read '/\(path)' of the tree: \(error)")
        }
    }
}
