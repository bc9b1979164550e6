// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The tree that a build starts from in place of an empty folder: unpacked from a tar or from a cloud image.
///
/// What belongs to a build or to a disk is taken out of it, so that it is as fresh as a bootstrapped one: device nodes,
/// GRUB's menu and images, fstab, host name, resolv.conf, the sources of the distribution's archive.
struct DebianTree {
    let family: DebianFamily
    let release: String
    let target: RootContext
    /// What the tree was unpacked from.
    let source: String
    /// What that is: "the tar" or "the image".
    let kind: String

    private var parameter: String { family.parameter(kind == "the tar" ? "base-tar" : "image") }

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
        "/etc/apt/sources.list", "/etc/dpkg/dpkg.cfg.d/99dibhost", "/etc/fstab", "/etc/hostname",
        "/etc/resolv.conf", "/var/cache/apt/archives", "/var/lib/apt/lists",
    ]

    /// Looks whether the tree is one of the release, and takes out what a build writes anew.
    ///
    /// - Throws: `ElementError` when it is no tree of the distribution's release.
    func prepare() throws {
        try refuseWhatIsNoTreeOfTheRelease()
        try DebianPackageCache.empty("/dev", of: target)
        for entry in Self.forgotten { try target.remove(entry) }
        try target.remove("/etc/apt/sources.list.d/\(family.sourcesFile)")
    }

    private func refuseWhatIsNoTreeOfTheRelease() throws {
        for folder in Self.folders where try target.kind(of: folder) != .folder {
            throw ElementError(
                "the tree in '\(source)' has no folder '\(folder)'",
                hint: "Set \(parameter) to \(kind) of a whole \(family.distribution) tree.")
        }
        let lines = try target.exists("/etc/os-release") ? target.readFile("/etc/os-release") : ""
        let found = Self.release(in: lines) ?? "unknown"
        guard found == release || family.aliases.contains(release) else {
            throw ElementError(
                "the tree in '\(source)' is of the release '\(found)', not '\(release)'",
                hint: "Set \(family.parameter("release")) to the tree's, or take another tree.")
        }
    }

    /// The code name in the lines of an os-release file.
    static func release(in text: String) -> String? {
        let key = "VERSION_CODENAME="
        return text.split(separator: "\n").first { $0.hasPrefix(key) }
            .map { $0.dropFirst(key.count).filter { $0 != "\"" } }
    }
}
