// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// A disk image whose file systems are read: which of them is the root, and which belong below it.
///
/// Nothing relies on the device mapper or on the kernel's look at partition tables: each partition is a byte range of a
/// loop device, mounted read-only in the mount namespace of the build.
package struct ImageDisk {
    private let raw: String
    private let name: String
    private let target: RootContext
    private let partitions: [ImagePartition]

    /// Reads the partition table of the raw image, and what each partition holds.
    init(raw: String, name: String, target: RootContext) throws {
        self.raw = raw
        self.name = name
        self.target = target
        let (end, table) = try target.result(of: "sfdisk", ["--dump", raw])
        var found = end.isSuccess ? ImagePartition.parse(table) : []
        if found.isEmpty {
            let size = try target.output(of: "stat", ["--format=%s", raw]).filter(\.isNumber)
            var whole = ImagePartition()
            whole.size = UInt64(size) ?? 0
            found = [whole]
        }
        for index in found.indices {
            let range = ["--offset", "\(found[index].offset)", "--size", "\(found[index].size)"]
            // Exit status 2 is that of a partition with nothing that is known.
            let about = try target.result(
                of: "blkid", ["--probe", "--output", "export"] + range + [raw])
            if about.end.isSuccess { found[index].describe(by: about.output) }
        }
        partitions = found
    }

    /// Copies the files of all file systems of the system into a folder, each at its place.
    func copyFiles(to tree: String) throws {
        let mounts = ImageMounts(
            raw: raw, folder: try target.requiredValue(of: .scratchFolder), target: target)
        do {
            let root = try mountRoot(mounts)
            try mountTheRest(mounts, root: root)
            try copy(from: mounts.root, to: tree)
        } catch {
            // What cannot be undone goes with the mount namespace of the build.
            _ = try? mounts.undo()
            throw error
        }
        try mounts.undo()
    }

    private func mountRoot(_ mounts: ImageMounts) throws -> ImagePartition {
        let candidates = Self.rootCandidates(partitions)
        for candidate in candidates where try mounts.mountRoot(candidate) { return candidate }
        if partitions.contains(where: { $0.purpose == .volumeGroup }) {
            throw ElementError(
                "the root file system of '\(name)' is on a logical volume of LVM, which is not read",
                hint: "Take the distribution's image without LVM, or a tar of the root file system."
            )
        }
        if partitions.contains(where: { $0.fileSystem == "crypto_LUKS" }) {
            throw ElementError(
                "the file systems of '\(name)' are encrypted",
                hint: "Take an image without encryption, or a tar of the root file system.")
        }
        let found = partitions.map { $0.fileSystem.isEmpty ? "nothing known" : $0.fileSystem }
        throw ElementError(
            "no file system of '\(name)' holds an operating system; its partitions hold: \(found.joined(separator: ", "))",
            hint: "Take an image with an os-release file on ext2, ext3, ext4, XFS or btrfs.")
    }

    /// Those that the root may be on, the likeliest first: by type, then by label, then the largest.
    package static func rootCandidates(_ partitions: [ImagePartition]) -> [ImagePartition] {
        func rank(_ partition: ImagePartition) -> Int {
            if partition.purpose == .root { return 0 }
            let label = partition.label.lowercased()
            if ["cloudimg-rootfs", "root", "rootfs", "/"].contains(label) { return 1 }
            return partition.purpose == .other ? 2 : 3
        }
        return partitions.filter(\.canBeRoot).sorted {
            (rank($0), $1.size) < (rank($1), $0.size)
        }
    }

    /// Mounts what the image's fstab has below the root; what it does not tell of /boot and the EFI system partition is
    /// told by their types.
    private func mountTheRest(_ mounts: ImageMounts, root: ImagePartition) throws {
        var done = [root]
        for entry in FileSystemTable(try mounts.fileSystemTable()).entries {
            if entry.isMapped {
                throw ElementError(
                    "'\(entry.mountPoint)' of '\(name)' is on '\(entry.source)', a volume of the device mapper",
                    hint:
                        "Take the distribution's image without LVM, or a tar of the root file system."
                )
            }
            guard let partition = partitions.first(where: entry.means) else { continue }
            if try mounts.mount(partition, subvolume: entry.subvolume, at: entry.mountPoint) {
                done.append(partition)
            }
        }
        for partition in partitions where !done.contains(partition) {
            switch partition.purpose {
            case .boot: _ = try mounts.mount(partition, at: "/boot")
            case .efi where partition.fileSystem == "vfat":
                if try !mounts.mount(partition, at: "/boot/efi") {
                    _ = try mounts.mount(partition, at: "/efi")
                }
            default: break
            }
        }
    }

    /// snapper's folder is left out: it holds older states of the root.
    private func copy(from root: String, to tree: String) throws {
        let script = """
            set -o pipefail
            from=$1 to=$2
            shift 2
            tar --create --sparse --exclude=./.snapshots --directory="$from" "$@" . |
                tar --extract --same-owner --preserve-permissions --directory="$to" "$@"
            """
        let (end, _) = try target.result(
            of: "/bin/bash", ["-c", script, "bash", root, tree] + ImageUnpacker.tarOptions)
        guard end.isSuccess else {
            throw ElementError(
                "cannot copy the files of '\(name)': tar ended with \(end)",
                hint: "The log holds its message; the disk may be full.")
        }
    }
}
