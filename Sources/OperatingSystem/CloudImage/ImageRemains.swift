// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// What ties the tree of a cloud image to the image's disk, or to one instance.
public enum ImageRemains {
    /// What is removed: a build writes it anew, or each instance does at its first boot.
    ///
    /// GRUB's files of another disk would be installed by its packages, and update-grub would find no disk.
    private static let removed = [
        "/boot/grub/arm64-efi", "/boot/grub/grub.cfg", "/boot/grub/grubenv", "/boot/grub/i386-pc",
        "/boot/grub/x86_64-efi", "/boot/grub2/grub.cfg", "/boot/grub2/grubenv",
        "/boot/grub2/i386-pc", "/etc/crypttab", "/etc/fstab", "/etc/hostname", "/etc/resolv.conf",
        "/etc/udev/rules.d/70-persistent-net.rules", "/var/lib/cloud/data",
        "/var/lib/cloud/instance",
        "/var/lib/cloud/instances", "/var/lib/cloud/sem", "/var/lib/dbus/machine-id",
        "/var/lib/dhcp/dhclient.leases", "/var/lib/systemd/random-seed",
    ]

    /// Takes it out of the tree: fstab, GRUB's menu and images, host name, machine-id, host keys of SSH, resolv.conf, what
    /// cloud-init keeps of an instance, device nodes, and what is left in folders for the running system.
    ///
    /// Entries of the Boot Loader Specification stay and name the new root. A system with SELinux is labelled anew at its
    /// first boot, for the tree has no labels.
    ///
    /// - Parameters:
    ///   - target: The tree.
    ///   - hostKeys: Whether SSH's host keys are taken out as well.
    /// - Throws: `ElementError` that names the path.
    public static func forget(in target: some HostContext, hostKeys: Bool = true) throws {
        for path in removed { try target.remove(path) }
        if try target.kind(of: "/etc") == .folder {
            try target.writeFile("/etc/machine-id", "", mode: 0o444)
        }
        if hostKeys, try target.kind(of: "/etc/ssh") == .folder {
            for name in try target.list("/etc/ssh") where name.hasPrefix("ssh_host_") {
                try target.remove("/etc/ssh/\(name)")
            }
        }
        for folder in ["/dev", "/proc", "/run", "/sys", "/tmp"] {
            guard try target.kind(of: folder) == .folder else { continue }
            for name in try target.list(folder) { try target.remove("\(folder)/\(name)") }
        }
        try nameNewRoot(in: target)
        try askForLabels(in: target)
    }

    /// Has the kernel's arguments in /boot/loader/entries and /etc/kernel/cmdline name the build's root file system.
    private static func nameNewRoot(in target: some HostContext) throws {
        guard let label = target.value(of: .rootLabel) else { return }
        let entries = "/boot/loader/entries"
        var files = ["/etc/kernel/cmdline"]
        if try target.kind(of: entries) == .folder {
            files += try target.list(entries).map { "\(entries)/\($0)" }
        }
        for file in files where try target.kind(of: file) == .file {
            let text = try target.readFile(file)
            let renamed = naming(root: label, in: text)
            if renamed != text { try target.writeFile(file, renamed) }
        }
    }

    /// The lines with "root=LABEL=..." in place of another root, and without the flags that were for its file system.
    static func naming(root label: String, in text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.contains("root=") else { return String(line) }
            return line.split(separator: " ").compactMap { word -> String? in
                if word.hasPrefix("root=") { return "root=LABEL=\(label)" }
                return word.hasPrefix("rootflags=") || word.hasPrefix("resume=")
                    ? nil : String(word)
            }.joined(separator: " ")
        }
        return lines.joined(separator: "\n")
    }

    private static func askForLabels(in target: some HostContext) throws {
        let settings = "/etc/selinux/config"
        guard try target.kind(of: settings) == .file else { return }
        let modes = ["SELINUX=enforcing", "SELINUX=permissive"]
        let lines = try target.readFile(settings).split(separator: "\n")
        if lines.contains(where: { line in modes.contains { line.hasPrefix($0) } }) {
            try target.writeFile("/.autorelabel", "-F\n")
        }
    }
}
