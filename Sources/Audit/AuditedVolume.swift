// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A file system of an image, mounted read-only at no place, so that nothing is left of it when this process ends.
final class AuditedVolume {
    /// Options that leave a journal alone.
    private static let options: [String: [String]] = [
        "ext2": ["ro"], "ext3": ["ro", "noload"], "ext4": ["ro", "noload"],
        "xfs": ["ro", "norecovery", "nouuid"], "btrfs": ["ro", "rescue=nologreplay"],
        "squashfs": ["ro"], "erofs": ["ro"], "vfat": ["ro"],
    ]
    /// Subvolumes in which systems have their root when it is not the default one.
    private static let subvolumes = ["root", "@", "@rootfs"]

    /// What the root folder of each subvolume has, BTRFS_FIRST_FREE_OBJECTID.
    private static let rootInode = Inode(rawValue: 256)

    let part: ImagePart
    private let loop: Loop
    private let mount: Mounted

    private final class Loop {
        let device: LoopDevice
        init(_ device: consuming LoopDevice) { self.device = device }
    }

    private final class Mounted {
        let mount: Mount
        init(_ mount: consuming Mount) { self.mount = mount }
    }

    /// Whether a part has a file system that can be looked at.
    static func canMount(_ part: ImagePart) -> Bool { options[part.type ?? ""] != nil }

    /// Mounts the part of `image`.
    ///
    /// - Throws: `BuildError` that names the part, and the kernel's reason.
    init(_ part: ImagePart, of image: FilePath) throws {
        self.part = part
        loop = Loop(
            try LoopDevice(
                image: image, offset: part.offset, length: part.length, isReadOnly: true))
        mount = try Self.mount(part, loop.device.path, options: [])
    }

    /// The root folder, as a path that works as long as this object is there.
    var root: FilePath { FilePath("/proc/self/fd/\(mount.mount.root.rawValue)/.") }

    /// The subvolume of a btrfs that holds a system; nil when there is none.
    func systemSubvolume() throws -> AuditedVolume? {
        guard part.type == "btrfs" else { return nil }
        for name in Self.subvolumes {
            guard try isSubvolume(name) else { continue }
            return try AuditedVolume(self, subvolume: name)
        }
        return nil
    }

    private func isSubvolume(_ name: String) throws -> Bool {
        do throws(Errno) {
            let status = try root.appending(name).stat(followTargetSymlink: false)
            return status.type == .directory && status.inode == Self.rootInode
        } catch {
            guard error != .noSuchFileOrDirectory else { return false }
            throw BuildError(
                .buildFailed, "cannot look for a system in \(part.title)",
                hint: "The image may be damaged or cut short: check it with fsck.",
                cause: error.description)
        }
    }

    private init(_ volume: AuditedVolume, subvolume: String) throws {
        part = volume.part
        loop = volume.loop
        mount = try Self.mount(part, loop.device.path, options: ["subvol=\(subvolume)"])
    }

    private static func mount(
        _ part: ImagePart, _ device: FilePath, options: [String]
    ) throws -> Mounted {
        let type = part.type ?? ""
        do throws(Errno) {
            return Mounted(
                try Mount.fileSystem(
                    type, source: device.string, options: (Self.options[type] ?? []) + options,
                    attributes: [.readOnly, .noSetuid, .noDevices, .noPrograms]))
        } catch {
            throw BuildError(
                error.rawValue == ENODEV ? .environment : .buildFailed,
                "cannot mount \(part.title), \(type)",
                hint: error.rawValue == ENODEV
                    ? "This kernel has no driver for \(type)."
                    : "The image may be damaged or cut short: check it with fsck.",
                cause: error.description)
        }
    }
}
