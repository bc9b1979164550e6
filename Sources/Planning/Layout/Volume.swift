// SPDX-License-Identifier: Apache-2.0

/// A file system, or swap, and where it is mounted.
package struct Volume: Codable, Equatable, Sendable {
    /// The name of the configuration's mkfs node.
    package var name: String
    package var type: FileSystemType
    package var label: String
    /// Words for the program that makes it, as `opts` has them.
    package var options: [String]
    /// nil: derived from what the image holds.
    package var uuid: String?
    package var mount: MountEntry?
    /// nil: its bytes lie on the disk as they are.
    package var encryption: Encryption?

    package init(
        name: String, type: FileSystemType, label: String, options: [String] = [],
        uuid: String? = nil, mount: MountEntry? = nil
    ) {
        self.name = name
        self.type = type
        self.label = label
        self.options = options
        self.uuid = uuid
        self.mount = mount
    }

    /// The absolute path where its part of the tree begins; nil for swap and for what is not mounted.
    package var mountPoint: String? { type == .swap ? nil : mount?.point }

    /// Whether it is never mounted, but filled from a folder after the last hooks: not every kernel has a driver for vfat.
    package var isStaged: Bool { type == .vfat && mountPoint != nil }
}

/// Where a volume is mounted, and what /etc/fstab says about it.
package struct MountEntry: Codable, Equatable, Sendable {
    /// Absolute, without a slash at its end.
    package var point: String
    /// nil: no line is written.
    package var table: TableLine?

    /// The last three fields of a line of /etc/fstab.
    package struct TableLine: Codable, Equatable, Sendable {
        package var options: String
        package var dumpFrequency: Int
        package var checkPass: Int

        package init(options: String = "defaults", dumpFrequency: Int = 0, checkPass: Int = 2) {
            self.options = options
            self.dumpFrequency = dumpFrequency
            self.checkPass = checkPass
        }
    }

    package init(point: String, table: TableLine? = nil) {
        self.point = point
        self.table = table
    }
}
