// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// A virtual machine: a disk that GRUB boots by BIOS, by UEFI or by both, with a serial console and its root by label.
///
/// The element puts into the tree what the disk needs; no device of the build host is touched. For a BIOS the host's own
/// code writes /boot/grub/i386-pc/boot.img and core.img by byte range: the first into the disk's first sector, the
/// second into the gap before the first partition, or into a GPT's partition for it. For UEFI the files lie at the mount
/// point of the EFI system partition, whose file system is made of the tree.
struct VM: Element, FinalisePhase {
    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        self.parameters = parameters
    }

    /// Writes GRUB's settings and menu, what the firmware starts, and the root file system's entry in fstab.
    func finalise(_ target: FinaliseContext) throws {
        let place = try GrubPlace(target)
        let firmware = try target.requiredValue(of: .firmware)
        try GrubDefaults(parameters, place).write(to: target)
        try GrubMenu(place).write(to: target)
        if firmware == "bios" || firmware == "both" {
            try BootImage(place).write(to: target)
        }
        if firmware == "efi" || firmware == "both" {
            try SystemPartition(place, target).write(to: target)
        }
        try mountRoot(target, place)
        if place.volumeModule != nil { try activateGroups(target) }
    }

    /// Has volume groups activated that the initramfs has seen and could not activate.
    ///
    /// lvm2's udev rules note in /run that a group is complete, and activate it once (69-lvm.rules, pvscan --vgonline). In
    /// the initramfs two groups at a time can fail, and the system would take the note for its own.
    private func activateGroups(_ target: FinaliseContext) throws {
        let folder = "/etc/systemd/system/systemd-udev-trigger.service.d"
        try target.makeFolder(folder)
        try target.writeFile(
            "\(folder)/10-volume-groups.conf",
            "[Service]\nExecStartPre=-/bin/rm -rf /run/lvm/vgs_online\n")
    }

    /// Gives /etc/fstab an entry for the root file system unless it has one.
    private func mountRoot(_ target: FinaliseContext, _ place: GrubPlace) throws {
        let path = "/etc/fstab"
        let text = try target.exists(path) ? try target.readFile(path) : ""
        let hasRoot = text.split(separator: "\n").contains { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            return !line.hasPrefix("#") && fields.count > 1 && fields[1] == "/"
        }
        guard !hasRoot else { return }
        let kept = text.split(separator: "\n").filter { !$0.contains("UNCONFIGURED") }
        let type = place.rootFileSystem
        let options = type.hasPrefix("ext") ? "errors=remount-ro 0 1" : "defaults 0 1"
        let entry = "LABEL=\(place.rootLabel) / \(type) \(options)"
        try target.writeFile(
            path, (kept.map(String.init) + [entry]).map { $0 + "\n" }.joined())
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(VM.self, host)
}
