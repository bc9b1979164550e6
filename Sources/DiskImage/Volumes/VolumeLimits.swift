// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import Planning

/// What a file system cannot hold of all that a tree on Linux can have, looked for while the tree is measured: nothing
/// is written by then.
///
/// XFS holds whatever the kernel hands it: its limits are those of Linux itself or beyond.
struct VolumeLimits {
    /// The most names of one file, by ext4.rst, ext2.h (EXT2_LINK_MAX) and btrfs_tree.h (BTRFS_LINK_MAX).
    private static let mostNames: [FileSystemType: UInt64] = [
        .ext2: 32000, .ext3: 32000, .ext4: 65000, .btrfs: 65535,
    ]
    /// The most bytes of one file.
    ///
    /// Blocks are numbered in 32 bits; without extents, twelve of them and three levels of lists of 1024 are all that an
    /// inode leads to. Of vfat the size is a number of 32 bits.
    private static let largestFile: [FileSystemType: Int64] = {
        let listed: Int64 = (12 + 1024 + 1024 * 1024 + 1024 * 1024 * 1024) * 4096
        return [
            .ext2: listed, .ext3: listed, .ext4: ((1 << 32) - 1) * 4096, .vfat: (1 << 32) - 1,
        ]
    }()
    /// Of an attribute's name and value together in btrfs: a leaf of 16 KiB without its header, the item and the entry.
    private static let largestLeaf = 16384 - 101 - 25 - 30

    private let volume: Volume
    private var fatNames: FatNames

    init(_ volume: Volume) {
        self.volume = volume
        fatNames = FatNames(isRootFixed: volume.fatOption("-F") != "32")
    }

    /// Checks one entry of the volume's part of the tree, in the order of `TreeWalk`.
    ///
    /// - Throws: `BuildError` that names the entry by its path in the whole tree.
    mutating func check(_ entry: TreeEntry) throws {
        guard !entry.path.isEmpty, let problem = try problem(of: entry) else { return }
        let hint =
            fatNames.isRootFull
            ? "Put it into a folder, or give the file system the options '-F 32'."
            : "Put it on another file system, or leave it out."
        throw BuildError(
            .buildFailed,
            "'\(path(entry.displayPath))' \(problem), which \(volume.type.rawValue) cannot hold",
            hint: hint)
    }

    private func path(_ path: String) -> String {
        guard let point = volume.mountPoint, point != "/" else { return path }
        return point + path
    }

    private mutating func problem(of entry: TreeEntry) throws -> String? {
        if volume.type == .vfat {
            guard entry.kind == .file || entry.kind == .folder else {
                return "is neither a file nor a folder"
            }
            switch fatNames.add(entry) {
            case .fits: break
            case .hasForbiddenName: return "has a name"
            case .differsInCase(let other):
                return "differs from '\(path(other))' only in the case of letters"
            case .fillsFolder: return "is one name too many in its folder"
            }
        }
        if entry.kind == .file, let largest = Self.largestFile[volume.type],
            Int64(entry.status.st_size) > largest
        {
            return "is larger than \(ByteCount(largest).roundedUp(to: .mebibytes(1)))"
        }
        if entry.kind != .folder, let most = Self.mostNames[volume.type],
            UInt64(entry.status.st_nlink) > most
        {
            return "has more than \(most) names"
        }
        return try attributeProblem(of: entry)
    }

    private func attributeProblem(of entry: TreeEntry) throws -> String? {
        guard volume.type.isExtended || volume.type == .btrfs else { return nil }
        let attributes = try entry.extendedAttributes()
        var space = ExtAttributeSpace()
        let tooLarge = attributes.firstIndex { attribute in
            volume.type.isExtended
                ? !space.take(attribute.name, valueSize: attribute.value.count)
                : attribute.name.count + attribute.value.count > Self.largestLeaf
        }
        guard let tooLarge else { return nil }
        let attribute = attributes[tooLarge]
        let others = tooLarge == 0 || !volume.type.isExtended ? "" : " beside those before it"
        let name = String(decoding: attribute.name, as: UTF8.self)
        return "has an attribute '\(name)' of \(attribute.value.count) bytes\(others)"
    }
}
