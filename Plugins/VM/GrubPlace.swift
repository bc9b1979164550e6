// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Where GRUB finds its files: the label of the file system that holds /boot, its type, and the way there.
struct GrubPlace {
    let rootLabel: String
    let rootFileSystem: String
    /// Of the file system that holds /boot.
    let label: String
    /// GRUB's module for it.
    let module: String
    /// GRUB's module for what lies between it and the partition; nil when it lies there itself.
    let volumeModule: String?
    /// /boot as GRUB sees it: empty when it is a file system of its own.
    let boot: String

    init(_ target: FinaliseContext) throws {
        rootLabel = try target.requiredValue(of: .rootLabel)
        rootFileSystem = try target.requiredValue(of: .rootFileSystem)
        let bootLabel = target.value(of: .bootLabel)
        label = bootLabel ?? rootLabel
        boot = bootLabel == nil ? "/boot" : ""
        let type = target.value(of: .bootFileSystem) ?? rootFileSystem
        // One module reads ext2, ext3 and ext4.
        module = type.hasPrefix("ext") ? "ext2" : type
        let manager = target.value(of: .volumeManager) ?? "none"
        volumeModule = manager == "none" ? nil : manager
    }

    /// The folder of GRUB's files as GRUB sees it.
    var prefix: String { "\(boot)/grub" }

    /// The modules with which a core image reads its folder, wherever the disk lies.
    var modules: [String] {
        ["part_msdos", "part_gpt", module, "search", "search_label", "normal"]
            + (volumeModule.map { [$0] } ?? [])
    }

    /// GRUB's commands that find the folder.
    var search: String {
        """
        search --no-floppy --label --set=root \(label)
        set prefix=($root)\(prefix)

        """
    }
}
