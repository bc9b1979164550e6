// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI
internal import Glibc

/// The tree that a build starts from in place of an empty folder: the tar of an earlier build, or of any Debian of the
/// same release.
///
/// What belongs to a build or to a disk is taken out of it, so that it is as fresh as a bootstrapped one: device nodes,
/// GRUB's menu and images, fstab, host name, resolv.conf, the sources of the Debian archive.
struct BaseTar {
    private let path: String
    private let release: String
    private let target: RootContext

    /// The folders that apt, dpkg and mmdebstrap write to from outside the chroot.
    private static let folders = [
        "/dev", "/etc", "/etc/apt", "/etc/apt/apt.conf.d", "/etc/apt/sources.list.d", "/etc/dpkg",
        "/etc/dpkg/dpkg.cfg.d", "/usr", "/usr/sbin", "/var", "/var/cache", "/var/cache/apt",
        "/var/lib", "/var/lib/apt", "/var/lib/dpkg",
    ]

    /// What a build writes anew.
    ///
    /// With GRUB's files of another disk in place its packages would try to install it, and update-grub finds no disk.
    private static let forgotten = [
        "/boot/efi/EFI", "/boot/grub/arm64-efi", "/boot/grub/grub.cfg", "/boot/grub/i386-pc",
        "/boot/grub/x86_64-efi",
        "/etc/apt/apt.conf.d/00mmdebstrap", "/etc/apt/apt.conf.d/99dibhost",
        "/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources",
        "/etc/dpkg/dpkg.cfg.d/99dibhost", "/etc/fstab", "/etc/hostname", "/etc/resolv.conf",
        "/var/cache/apt/archives", "/var/lib/apt/lists",
    ]

    init(path: String, release: String, target: RootContext) {
        self.path = path
        self.release = release
        self.target = target
    }

    /// Fills the empty target tree.
    ///
    /// - Throws: `ElementError` when the file cannot be read by the user, is no tar, or holds no Debian of the release.
    func unpack() throws {
        guard let descriptor = try target.openUserFile(path) else {
            throw ElementError(
                "there is no file '\(path)'",
                hint: "Set debian.base-tar to the tar of a Debian tree.")
        }
        defer { close(descriptor) }
        // The file that the user may read, whatever its path leads to by now; tar finds out how it is compressed.
        let (end, _) = try target.result(
            of: "tar",
            [
                "--extract", "--file=/proc/\(getpid())/fd/\(descriptor)",
                "--directory=\(try target.treePath)", "--numeric-owner", "--same-owner",
                "--preserve-permissions", "--acls", "--xattrs", "--xattrs-include=*",
            ])
        guard end.isSuccess else {
            throw ElementError(
                "cannot unpack '\(path)': tar ended with \(end)",
                hint:
                    "Set debian.base-tar to the tar of a Debian tree; the log holds tar's own message."
            )
        }
        try refuseWhatIsNoTreeOfTheRelease()
        try PackageCache.empty("/dev", of: target)
        for entry in Self.forgotten { try target.remove(entry) }
    }

    private func refuseWhatIsNoTreeOfTheRelease() throws {
        for folder in Self.folders where try target.kind(of: folder) != .folder {
            throw ElementError(
                "the tree in '\(path)' has no folder '\(folder)'",
                hint: "Set debian.base-tar to the tar of a whole Debian tree.")
        }
        let lines = try target.exists("/etc/os-release") ? target.readFile("/etc/os-release") : ""
        let found = Self.release(in: lines) ?? "unknown"
        guard found == release || Release.aliases.contains(release) else {
            throw ElementError(
                "the tree in '\(path)' is of the release '\(found)', not '\(release)'",
                hint: "Set debian.release to the tree's, or take another tree.")
        }
    }

    /// The code name in the lines of an os-release file.
    static func release(in text: String) -> String? {
        let key = "VERSION_CODENAME="
        return text.split(separator: "\n").first { $0.hasPrefix(key) }
            .map { $0.dropFirst(key.count).filter { $0 != "\"" } }
    }
}
