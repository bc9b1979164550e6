// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The element's parameters, checked.
struct StateSettings {
    /// Places on the disk are multiples of it, in bytes: what partition tools align to.
    static let unit: UInt64 = 1 << 20

    /// Absolute, each once, none inside another.
    let paths: [String]
    let label: String
    let fileSystem: String
    /// Where the state begins on the disk, in bytes.
    let start: UInt64
    let create: Creation

    /// Who makes the partition.
    enum Creation: String {
        /// The machine.
        case firstBoot = "first-boot"
        /// The build; the machine makes it larger.
        case build
    }

    init(_ parameters: Parameters) throws {
        paths = try StatePaths.checked(parameters.list("paths"))
        fileSystem = try parameters.text("file-system")
        label = try Self.checkedLabel(try parameters.text("label"), of: fileSystem)
        start = try Self.checkedStart(try parameters.text("system-size"))
        create = Creation(rawValue: try parameters.text("create")) ?? .firstBoot
    }

    private static func checkedLabel(_ label: String, of fileSystem: String) throws -> String {
        let longest = fileSystem == "xfs" ? 12 : 16
        guard label.utf8.count <= longest else {
            throw ElementError(
                "parameter 'label': '\(label)' has \(label.utf8.count) bytes",
                hint: "A label of \(fileSystem) has at most \(longest).")
        }
        guard !label.isEmpty, label.first != "-", label.utf8.allSatisfy(isPlain) else {
            throw ElementError(
                "parameter 'label': '\(label)' is no label",
                hint: "Use letters, digits, '.', '_' and '-'.")
        }
        return label
    }

    private static func checkedStart(_ text: String) throws -> UInt64 {
        guard let start = UInt64(text), start > unit, start.isMultiple(of: unit) else {
            throw ElementError(
                "parameter 'system-size': \(text) bytes are not 2 MiB or a larger number of whole MiB",
                hint: "Give a size such as 8GiB.")
        }
        return start
    }

    /// Whether a byte means nothing special to a shell, to systemd and to /etc/fstab.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._-".utf8.contains(byte)
        }
    }

    /// The size of the file system that a build makes, in bytes: mkfs.xfs takes no less than 300 MiB.
    var smallest: UInt64 { (fileSystem == "xfs" ? 320 : 64) << 20 }

    /// The note of the image.
    var note: String {
        """
        # What this machine keeps when another image is written over the beginning of its disk.
        # Written by dibhost's element persistent-state; read by /usr/lib/dibhost/persistent-state.
        LABEL="\(label)"
        FILE_SYSTEM="\(fileSystem)"
        # In bytes from the beginning of the disk that the root file system is on.
        START="\(start)"
        PATHS="\(paths.joined(separator: " "))"

        """
    }

    /// The programs that the script runs beside those of every system.
    var programs: [String] {
        let common = [
            "sfdisk", "addpart", "resizepart", "blkid", "blockdev", "findmnt", "mountpoint",
        ]
        return common
            + (fileSystem == "xfs"
                ? ["mkfs.xfs", "xfs_growfs"] : ["mkfs.ext4", "fsck.ext4", "resize2fs"])
    }
}
