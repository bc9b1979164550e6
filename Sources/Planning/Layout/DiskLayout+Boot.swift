// SPDX-License-Identifier: Apache-2.0

/// What a boot loader has to know of a layout.
extension DiskLayout {
    /// The file system that holds /boot, which is all that GRUB reads.
    package var bootVolume: Volume? {
        volumes.first { $0.mountPoint == "/boot" } ?? root
    }

    /// The first EFI system partition of the first disk.
    package var systemPartition: Partition? {
        disks.first?.partitions.first(where: \.type.isEFISystem)
    }

    /// What hooks and the conditions of packages are told of the layout; what there is none of is left out.
    package var values: [BuildValueName: String] {
        var values: [BuildValueName: String] = [
            .rootLabel: label, .rootFileSystem: fileSystem, .partitionTable: table.rawValue,
            .fileSystems: fileSystemTypes.map(\.rawValue).joined(separator: ","),
            .volumeManager: disks.allSatisfy(\.groups.isEmpty) ? "none" : "lvm",
            .encryption: encryptions.isEmpty ? "none" : "luks",
            .firmware: firmwareWord,
        ]
        if let boot = volumes.first(where: { $0.mountPoint == "/boot" }) {
            values[.bootLabel] = boot.label
            values[.bootFileSystem] = boot.type.rawValue
        }
        values[.efiMountPoint] = systemPartition?.volume?.mountPoint
        return values
    }

    /// "bios", "efi", "both" or "none".
    private var firmwareWord: String {
        guard let first = firmware.first else { return "none" }
        return firmware.count > 1 ? "both" : first.rawValue
    }

    /// Each type once, in the order of FileSystemType.
    private var fileSystemTypes: [FileSystemType] {
        let types = volumes.map(\.type)
        return FileSystemType.allCases.filter(types.contains)
    }
}
