// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// GRUB's own files below /boot/grub/i386-pc: modules, the first sector (boot.img) and the core image.
///
/// The core image finds the root file system by its label, whatever the disk is called, then reads modules and menu
/// from there.
struct BootImage {
    /// The gap before the first partition at 1 MiB, without the first sector, in bytes.
    static let largestCore = 2047 * 512

    private static let source = "/usr/lib/grub/i386-pc"
    private static let folder = "/boot/grub/i386-pc"
    private let rootLabel: String

    init(rootLabel: String) {
        self.rootLabel = rootLabel
    }

    /// Copies the modules and makes the core image.
    func write(to target: FinaliseContext) throws {
        guard try target.exists("\(Self.source)/boot.img") else {
            throw ElementError(
                "the target tree has no '\(Self.source)/boot.img'",
                hint:
                    "Use an operating-system element whose packages bring GRUB for BIOS, such as debian."
            )
        }
        try target.run("mkdir", ["-p", Self.folder])
        try target.run(
            "/bin/sh",
            [
                "-c", "cp -p \"$1\"/*.mod \"$1\"/*.lst \"$1\"/boot.img \"$2\"", "sh", Self.source,
                Self.folder,
            ])
        try target.writeFile(
            "\(Self.folder)/load.cfg",
            """
            search --no-floppy --label --set=root \(rootLabel)
            set prefix=($root)/boot/grub

            """)
        let core = "\(Self.folder)/core.img"
        try target.run(
            "grub-mkimage",
            [
                "--format=i386-pc", "--directory=\(Self.source)", "--prefix=/boot/grub",
                "--config=\(Self.folder)/load.cfg", "--output=\(core)", "biosdisk", "part_msdos",
                "part_gpt", "ext2", "search", "search_label", "normal",
            ])
        let size = try target.readBytes(core).count
        guard size <= Self.largestCore else {
            throw ElementError(
                "GRUB's core image has \(size) bytes, more than the \(Self.largestCore) before the first partition"
            )
        }
    }
}
