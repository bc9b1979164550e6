// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// A virtual machine with a BIOS: a partitioned disk that GRUB boots, with a serial console and its root by label.
///
/// The element puts into the tree what the disk needs; no device of the build host is touched. The host's own code
/// writes /boot/grub/i386-pc/boot.img and core.img by byte range: the first into the disk's first sector, the second
/// into the gap before the first partition.
struct VM: Element, FinalisePhase {
    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        self.parameters = parameters
    }

    /// Writes GRUB's settings, menu, modules and core image, and the root file system's entry in fstab.
    func finalise(_ target: FinaliseContext) throws {
        let label = try target.requiredValue(of: .rootLabel)
        try GrubDefaults(parameters, rootLabel: label).write(to: target)
        try GrubMenu(rootLabel: label).write(to: target)
        try BootImage(rootLabel: label).write(to: target)
        try mountRoot(target, label: label)
    }

    /// Gives /etc/fstab an entry for the root file system unless it has one.
    private func mountRoot(_ target: FinaliseContext, label: String) throws {
        let path = "/etc/fstab"
        let text = try target.exists(path) ? try target.readFile(path) : ""
        let hasRoot = text.split(separator: "\n").contains { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            return !line.hasPrefix("#") && fields.count > 1 && fields[1] == "/"
        }
        guard !hasRoot else { return }
        let kept = text.split(separator: "\n").filter { !$0.contains("UNCONFIGURED") }
        let entry = "LABEL=\(label) / ext4 errors=remount-ro 0 1"
        try target.writeFile(
            path, (kept.map(String.init) + [entry]).map { $0 + "\n" }.joined())
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(VM.self, host)
}
