// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport

/// Images of a tree in a layout that is written as a configuration, and the programs that read them back.
struct LayoutImage {
    let fixture: ImageFixture
    let measure: ImageMeasure

    /// What opens the LUKS volumes of sample layouts: "open sesame".
    static let passphrase = "open sesame"
    private static let keys = SampleLayout.encryptedNames.map {
        EncryptionKey(name: $0, key: "b3BlbiBzZXNhbWU=")
    }

    /// The image of a disk, which is a volume's with the name of that.
    func image(of name: String) -> FilePath {
        let disk = measure.disks.first { disk in
            disk.disk.name == name || disk.volumes.contains { $0.volume.name == name }
        }
        let isFirst = disk?.disk.name == measure.disks[0].disk.name
        return fixture.folder.appending(
            isFirst ? "out/image.raw" : "out/image-\(disk?.disk.name ?? "").raw")
    }

    /// Plans, builds and hands the image to `body`.
    static func with(
        _ text: String, tree: String = LayoutImage.tree, in parent: FilePath = "/tmp",
        _ body: (LayoutImage) throws -> Void
    ) throws {
        try TemporaryFolder.with("layout-image", in: parent) { folder in
            var fixture = ImageFixture(folder: folder)
            try shell("mkdir -p $1; cd $1; " + tree, fixture.tree.string)
            fixture.layout = try layout(text)
            fixture.options.keys = keys
            try body(try LayoutImage(fixture: fixture))
        }
    }

    /// The planned layout.
    static func layout(_ text: String) throws -> DiskLayout {
        var request = BuildRequest(
            elements: ["os"],
            user: .init(name: "root", id: 0, group: 0, groups: [0], home: "/root"))
        request.skipBase = true
        request.diskConfiguration = YAMLSource(kind: "disk layout", name: "test", text: text)
        if text.contains("luks:") { request.encryptionKeys = keys }
        let system = ElementDescription(
            name: "os", kind: .native, path: "/os.so", provides: ["operating-system"],
            manifest: ElementManifest(
                schema: 1, name: "os", version: "1", summary: "s", abi: 1,
                provides: ["operating-system"]))
        return try Planner(request: request, index: ElementIndex(elements: [system])).plan().layout
    }

    init(fixture: ImageFixture) throws {
        self.fixture = fixture
        measure = try fixture.measured([.raw])
    }

    /// A small operating system's folders: files everywhere, hard links, attributes, a link and a mode to keep.
    static let tree = """
        umask 022; mkdir -p etc boot/efi/EFI/BOOT boot/grub home/ann usr/bin var/lib
        echo system > etc/hostname; echo kernel > boot/vmlinuz; head -c 3000000 /dev/zero | tr '\\0' k > boot/initrd
        echo loader > boot/efi/EFI/BOOT/BOOTX64.EFI; echo config > boot/efi/EFI/BOOT/grub.cfg
        chmod 700 boot/efi; chmod 711 home; chown 0:42 home; echo hello > home/ann/letter; chown -R 1000:1000 home/ann; ln home/ann/letter home/ann/copy
        setfattr -n user.note -v kept home/ann/letter; ln -s ../etc/hostname usr/name
        find . -exec touch -h -d @1600000000 {} +
        """

    // MARK: Reading back

    /// What blkid finds at the place of a volume: type, label, UUID.
    func probe(_ name: String) throws -> [String] {
        let placed = measure.disks.flatMap(\.volumes).first { $0.volume.name == name }
        return try shell(
            "for tag in TYPE LABEL UUID; do blkid -p -o value -s $tag $1; done",
            placed.map { try extracted($0) } ?? ""
        ).split(separator: "\n").map(String.init)
    }

    /// A disk's table as sfdisk reads it on a loop device with the disk's block size: "number start size type".
    func table(_ disk: Disk) throws -> [String] {
        try shell(
            """
            device=$(losetup --find --show --read-only --sector-size $2 $1)
            sfdisk --json $device | python3 -c '
            import json, sys
            for p in json.load(sys.stdin)["partitiontable"]["partitions"]:
                number = p["node"][len(sys.argv[1]):].lstrip("p")
                print(number, p["start"], p["size"], p["type"].upper(), p.get("name", ""),
                      "boot" if p.get("bootable") or "LegacyBIOS" in p.get("attrs", "") else "-")
            ' $device
            sfdisk --verify $device >&2 || { losetup --detach $device; exit 1; }
            losetup --detach $device
            """, image(of: disk.name).string, String(disk.blockSize)
        ).split(separator: "\n").map(String.init)
    }

    /// The same as the plan has it.
    func plannedTable(_ disk: ImageMeasure.PlacedDisk) -> [String] {
        let blockSize = disk.disk.blockSize
        guard let table = disk.disk.table else { return [] }
        var lines: [(Int, String)] = []
        func line(_ number: Int, _ range: ByteRange, _ type: String, _ rest: String) {
            let first = range.offset.bytes / blockSize
            let count = range.length.bytes / blockSize
            lines.append((number, "\(number) \(first) \(count) \(type) \(rest)"))
        }
        for (index, partition) in table.partitions.enumerated() {
            let boot = partition.isBootable ? "boot" : "-"
            let range = disk.geometry.ranges[index]
            switch partition.type {
            case .code(let code):
                line(
                    table.number(of: index), range, String(code, radix: 16).uppercased(), " " + boot
                )
            case .guid(let guid): line(index + 1, range, guid, "\(partition.name) \(boot)")
            }
        }
        if let extended = disk.geometry.extended {
            line(table.partitions.count { !$0.isLogical } + 1, extended, "F", " -")
        }
        return lines.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// A line of find for an entry; a folder's number of links is the file system's own affair.
    private static let entry =
        "'(' -type d -printf '%y %m %U:%G %Ts %P\\n' -o -printf '%y %m %U:%G %n %Ts %P %l\\n' ')'"

    /// What the files of a volume are, mounted read-only by the kernel.
    func contents(_ name: String) throws -> String {
        let placed = measure.disks.flatMap(\.volumes).first { $0.volume.name == name }
        let options = placed?.volume.type == .xfs ? "ro,norecovery,nouuid" : "ro"
        return try shell(
            """
            mkdir -p $1/mounted
            mount -t $3 -o \(options),loop $2 $1/mounted
            trap 'umount "$1/mounted"' EXIT
            cd $1/mounted; find . -path ./lost+found -prune -o \(Self.entry) | LC_ALL=C sort
            find . -type f | LC_ALL=C sort | xargs -r sha256sum
            find . -type f | LC_ALL=C sort | xargs -r getfattr -d
            cd /
            """, fixture.folder.string, placed.map { try extracted($0) } ?? "",
            placed?.volume.type.rawValue ?? "")
    }

    /// The same of a part of the tree, with folders in it that others are mounted on.
    func treeContents(_ folder: String, without covered: [String] = []) throws -> String {
        let prune = covered.map { "-path './\($0)/*' -prune -o" }.joined(separator: " ")
        return try shell(
            """
            cd $1/\(folder); find . \(prune) \(Self.entry) | LC_ALL=C sort
            find . \(prune) -type f -print | LC_ALL=C sort | xargs -r sha256sum
            find . \(prune) -type f -print | LC_ALL=C sort | xargs -r getfattr -d
            """, fixture.tree.string)
    }
}
