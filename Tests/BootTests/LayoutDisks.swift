// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import SystemPackage
import TestSupport

/// The disks of every sample layout, built from one small tree, and what a guest that has them attached is to find:
/// each partition at its place with its type, name, file system and label; each file system mounted at its mount point;
/// and in them the files of the tree.
struct LayoutDisks {
    /// What the guest is to get; the last one holds the commands that `commands` runs.
    private(set) var disks: [GuestOptions.Disk] = []
    /// What `commands` is to print.
    private(set) var expected: [String] = []
    /// For the guest's shell.
    private(set) var commands = ""

    private var script: [String] = []
    private let folder: FilePath

    init(in folder: FilePath) throws {
        self.folder = folder
        for (number, layout) in SampleLayout.all.enumerated() {
            try add(layout, name: "c\(number)")
        }
        let text = script.joined(separator: "\n") + "\n"
        let file = folder.appending("commands")
        try TextFile.write(text, to: file)
        try Command("truncate", ["--size", "%4096", file.string]).checkedOutput()
        disks.append(.init(image: file, serial: "commands"))
        commands = "head -c \(text.utf8.count) /dev/disk/by-id/virtio-commands | bash"
    }

    /// Files in every folder that is a mount point of some layout.
    private static let places = """
        for place in /boot /boot/efi/EFI/BOOT /home/ann /etc; do
            mkdir -p $place; echo "text of $place" > $place/text
            head -c 700000 /dev/zero | tr '\\0' "${place#/}" > $place/long
        done
        """

    // MARK: One layout

    private struct Manifest: Decodable {
        struct Layout: Decodable {
            struct Disk: Decodable {
                struct Table: Decodable {
                    struct Partition: Decodable {
                        var type: String
                        var volume: Volume?
                    }
                    var kind: String
                    var partitions: [Partition]
                }
                struct Content: Decodable {
                    var table: Table?
                    var fileSystem: Volume?
                }
                var name: String
                var blockSize: Int
                var content: Content
            }
            var disks: [Disk]
        }
        struct Volume: Decodable {
            struct Mount: Decodable { var point: String }
            var type: String
            var label: String
            var mount: Mount?
        }
        struct Place: Decodable {
            struct Partition: Decodable {
                var number: Int
                var name: String
                var start: Int
                var size: Int
            }
            var size: Int
            var partitions: [Partition]?
        }
        var layout: Layout
        var disks: [Place]
    }

    private mutating func add(_ layout: SampleLayout, name: String) throws {
        let home = folder.appending(name)
        let build = try TestBuild(in: home)
        try build.addElement("places", ["post-install.d/50-places": Self.places])
        try build.command(
            ["tiny-os", "places"], formats: "raw,tar", options: ["-n", "--manifest"],
            environment: ["DIB_BLOCK_DEVICE_CONFIG": layout.text, "ROOT_LABEL": "small-root"]
        ).checkedOutput()
        let manifest = try JSONDecoder().decode(
            Manifest.self,
            from: Data(TextFile.read(build.output.appending("image.manifest.json")).utf8))
        script.append("set -e; echo '\(layout)'")
        expected.append(layout.description)
        var mounts: [Mount] = []
        for (index, disk) in manifest.layout.disks.enumerated() {
            let serial = "\(name)-\(disk.name)"
            let image = build.output.appending(
                index == 0 ? "image.raw" : "image-\(disk.name).raw")
            disks.append(.init(image: image, serial: serial, blockSize: disk.blockSize))
            mounts += expect(disk, manifest.disks[index], serial)
        }
        try expectFiles(mounts, of: build.output.appending("image.tar"), home)
    }

    private struct Mount {
        var point: String
        var type: String
        var device: String

        /// nil for a volume that is not mounted.
        init?(_ volume: Manifest.Volume?, _ device: String) {
            guard let volume, let point = volume.mount?.point, volume.type != "swap" else {
                return nil
            }
            self.point = point
            type = volume.type
            self.device = device
        }
    }

    /// Lines for the disk, its partitions and their file systems; what of it is mounted.
    private mutating func expect(
        _ disk: Manifest.Layout.Disk, _ place: Manifest.Place, _ serial: String
    ) -> [Mount] {
        let device = "/dev/disk/by-id/virtio-\(serial)"
        // The kernel shows the extended partition, too, and lsblk writes letters beyond ASCII as \x and digits.
        script.append(
            """
            printf '%b\\n' "$(lsblk --pairs --bytes --sort START \\
                --output START,SIZE,PARTTYPE,PARTLABEL,FSTYPE,LABEL \(device) | grep -v 'PARTTYPE="0xf"')"
            """)
        let content = disk.content
        expected.append(Self.line("", place.size, "", "", content.fileSystem))
        for (partition, place) in zip(content.table?.partitions ?? [], place.partitions ?? []) {
            // Starts are in units of 512 bytes whatever the disk's blocks are.
            expected.append(
                Self.line(
                    String(place.start / 512), place.size, Self.type(partition.type),
                    content.table?.kind == "gpt" ? place.name : "", partition.volume))
        }
        let parts = zip(content.table?.partitions ?? [], place.partitions ?? []).map {
            Mount($0.volume, "\(device)-part\($1.number)")
        }
        return ([Mount(content.fileSystem, device)] + parts).compactMap(\.self)
    }

    /// A line of lsblk.
    private static func line(
        _ start: String, _ size: Int, _ type: String, _ name: String, _ volume: Manifest.Volume?
    ) -> String {
        let label = volume?.label ?? ""
        return "START=\"\(start)\" SIZE=\"\(size)\" PARTTYPE=\"\(type)\" PARTLABEL=\"\(name)\""
            + " FSTYPE=\"\(volume?.type ?? "")\""
            + " LABEL=\"\(volume?.type == "vfat" ? label.uppercased() : label)\""
    }

    /// A type as lsblk writes it: "0xc", or a GUID in lower case.
    private static func type(_ text: String) -> String {
        text.lowercased().replacing("0x0", with: "0x")
    }

    // MARK: The files

    /// One digest over the names, sizes and contents of all files.
    private static let digest = """
        find . -name lost+found -prune -o -type f -print | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum
        """

    /// The guest mounts what the layout mounts, as parts of one tree, and reads all of it.
    private mutating func expectFiles(_ mounts: [Mount], of tar: FilePath, _ home: FilePath) throws
    {
        for mount in mounts.sorted(by: { $0.point < $1.point }) {
            let options = mount.type == "xfs" ? "ro,norecovery,nouuid" : "ro"
            script.append("mount -t \(mount.type) -o \(options) \(mount.device) /mnt\(mount.point)")
            expected.append("\(mount.point) \(mount.type)")
        }
        script.append(
            """
            findmnt --list --noheadings --output TARGET,FSTYPE --submounts /mnt | sed 's|^/mnt|/|; s|^//|/|' | tr -s ' '
            cd /mnt; \(Self.digest); cd /; umount --recursive /mnt
            """)
        let tree = home.appending("unpacked")
        expected.append(
            try Command(
                "bash",
                [
                    "-c", "mkdir $1; tar -C $1 -xf $2; cd $1; \(Self.digest)", "bash",
                    tree.string, tar.string,
                ]
            ).checkedOutput().trimmingCharacters(in: .newlines))
    }
}
