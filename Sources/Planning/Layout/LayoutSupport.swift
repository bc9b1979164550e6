// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Refuses, by name and before the build, what a layout may say but dibhost cannot build yet.
struct LayoutSupport {
    let layout: DiskLayout
    let resolved: ResolvedElements
    let request: BuildRequest

    func check() throws {
        try checkBootLoader()
        try checkShellHooks()
    }

    /// GRUB for BIOS, as the element `vm` brings it, lies between an MBR and the first partition or in a partition of a
    /// GPT, and finds its files on the root file system.
    private func checkBootLoader() throws {
        guard layout.installsBootLoader, let disk = layout.disks.first,
            let element = resolved.provider(of: "bootloader")?.name
        else { return }
        let needs = "element '\(element)' installs GRUB for BIOS"
        guard disk.blockSize == 512 else {
            throw refusal("\(needs), and no BIOS boots from blocks of 4096 bytes", "Use 512.")
        }
        guard let table = disk.table, hasPlace(for: table) else {
            throw refusal(
                "\(needs), which needs 1 MiB before the first partition of an MBR, or in a GPT a"
                    + " partition for it",
                layout.table == .gpt
                    ? "Add '{name: BSP, type: EF02, size: 1MiB}' before the root partition."
                    : "Leave out 'align'.")
        }
        guard let root = layout.root, root.type.isExtended else {
            throw refusal("\(needs), which reads ext4 only", "Use ext4 for the root.")
        }
        guard disk.volumes.contains(root) else {
            throw refusal(
                "\(needs) on the first disk, '\(disk.name)', and the root is on another one",
                "Call the disk with the root '\(Disk.mainName)'.")
        }
        guard !root.label.contains(where: { $0.isWhitespace || "'\"\\$".contains($0) }) else {
            throw refusal(
                "\(needs), which cannot find the label '\(root.label)'",
                "Use a label without spaces, quotes, '\\' and '$'.")
        }
        for volume in layout.volumes where volume.mountPoint.map(Self.holdsBootFiles) == true {
            throw refusal(
                "\(needs), which finds its files on the root file system only",
                "Leave '\(volume.mountPoint ?? "")' on the root file system.")
        }
    }

    private func hasPlace(for table: PartitionTable) -> Bool {
        table.kind == .mbr
            ? table.alignment >= .mebibytes(1)
            : table.partitions.contains { $0.type == .guid(PartitionType.biosBoot) }
    }

    private static func holdsBootFiles(_ point: String) -> Bool {
        point == "/boot" || point.hasPrefix("/boot/grub")
    }

    /// Shell hooks of the last phases work on the mounted image, which so far is one file system.
    private func checkShellHooks() throws {
        let last: [Phase] = [.preFinalise, .finalise, .cleanup]
        let hooks = resolved.elements.flatMap(\.description.hooks)
        guard layout.volumes.count(where: { $0.mountPoint != nil }) > 1,
            request.formats.contains(where: \.isDiskImage),
            let hook = hooks.first(where: { $0.kind == .legacy && last.contains($0.phase) })
        else { return }
        throw refusal(
            "the shell hook '\(hook.sortName)' of element '\(hook.element)' in phase"
                + " \(hook.phase.rawValue) needs the image mounted, which is done for a single file"
                + " system only",
            "Leave out the element, or put everything into one file system.")
    }

    private func refusal(_ problem: String, _ hint: String) -> BuildError {
        BuildError(
            .refused, "\(layout.title) cannot be built yet: \(problem)", hint: hint)
    }
}
