// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What `--ramdisk` writes, read with other programs; and what it refuses.
struct RamdiskOutputTests {
    private static func names(_ initramfs: FilePath) throws -> Set<String> {
        let output = try Command(
            "/bin/sh", ["-ec", "zstd -dc \"$1\" | cpio --quiet -it", "sh", initramfs.string]
        ).checkedOutput()
        return Set(output.split(separator: "\n").map(String.init))
    }

    @Test
    func `the ramdisk holds what was asked for and what that needs, and no more`() throws {
        let folder = try SharedRamdisk.shared().folder
        let names = try Self.names(folder.appending("full.initramfs"))
        let files = Set(names.compactMap { $0.split(separator: "/").last.map(String.init) })
        for file in [
            "init", "busybox", "modprobe", "curl", "tgtd", "qemu-img", "kexec", "lsblk", "findmnt",
            "virtio_blk.ko", "nvme.ko", "mlx5_core.ko", "mlx5_ib.ko", "ib_uverbs.ko", "mlxfw.ko",
            "ext4.ko",
            "libc.so.6", "ld-linux-x86-64.so.2", "libcurl.so.4", "libibverbs.so.1",
            "81-mellanox.rules",
            "05-raid", "99-raid.rules", "80-deploy", "81-kexec", "modules.dep.bin",
        ] { #expect(files.contains(file), "\(file)") }
        #expect(names.contains("opt/raid"))
        for file in ["bash", "apt", "iwlwifi.ko", "systemctl", "grub-install"] {
            #expect(!files.contains(file), "\(file)")
        }
    }

    @Test
    func `it is small enough, and manifest and bill name it`() throws {
        let folder = try SharedRamdisk.shared().folder
        let size = try folder.appending("full.initramfs").stat().size
        #expect(size < 40_000_000)
        #expect(try folder.appending("plain.initramfs").stat().size < 40_000_000)
        let manifest = try TextFile.read(folder.appending("out/image.manifest.json"))
        #expect(manifest.contains("image.initramfs") && manifest.contains("image.kernel"))
    }

    @Test
    func `the ramdisk of a whole Debian has the drivers of machines, and is small enough`() throws {
        let whole = try SharedRamdisk.shared().folder.appending("whole.initramfs")
        #expect(try whole.stat().size < 40_000_000)
        let names = try Self.names(whole)
        let files = Set(names.compactMap { $0.split(separator: "/").last.map(String.init) })
        for module in ["mlx5_core", "bnx2x", "ixgbe", "megaraid_sas", "nvme", "virtio_net"] {
            #expect(files.contains("\(module).ko"), "\(module)")
        }
    }

    @Test
    func `the adapters' modules resolve in the ramdisk`() throws {
        let folder = try SharedRamdisk.shared().folder
        try TemporaryFolder.with { root in
            let script = """
                cd "$1"
                zstd -q -d "$2" -o cpio
                cpio --quiet -id <cpio
                version=$(ls lib/modules)
                while read -r module; do
                    modprobe -n -d "$1" -S "$version" "$module"
                    modprobe -d "$1" -S "$version" -D "$module" >needed
                    while read -r how file _; do
                        [ "$how" = builtin ] || test -s "$file"
                    done <needed
                    echo "$module"
                done <etc/dibhost/modules
                """
            let output = try Command(
                "/bin/sh",
                ["-ec", script, "sh", root.string, folder.appending("full.initramfs").string]
            ).checkedOutput()
            for module in ["mlx4_core", "mlx4_en", "mlx4_ib", "mlx5_core", "mlx5_ib", "ib_ipoib"] {
                #expect(output.contains(module + "\n"), "\(output)")
            }
        }
    }

    @Test
    func `modules come with what they would like to have`() throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            let command = try SmallSystem.ramdisk(
                build, options: ["--ramdisk-modules", "dep", "--set", "ramdisk.modules=btrfs"],
                environment: [:])
            try command.checkedOutput(limits: .init(deadline: .seconds(200)))
            let names = try Self.names(build.output.appending("image.initramfs"))
            let files = Set(names.compactMap { $0.split(separator: "/").last.map(String.init) })
            for module in ["btrfs", "blake2b_generic", "xxhash_generic", "crc32c_generic"] {
                #expect(files.contains("\(module).ko"), "\(module)")
            }
        }
    }

    /// What a build is told, a file that is taken out of the tree at the end, and what comes of it.
    private static let refusals: [(options: [String], without: String, message: String)] = [
        (["--set", "ramdisk.modules=virtio_blkk"], "", "Did you mean 'virtio_blk'?"),
        (
            ["--set", "ramdisk.programs=storcli"], "", "the program 'storcli' is not in the tree"
        ),
        (
            ["--set", "ramdisk.firmware=mellanox/none-*"], "",
            "no firmware of the tree matches 'mellanox/none-*'"
        ),
        (["--ramdisk-size", "5"], "", "and --ramdisk-size allows 5.0 MiB"),
        ([], "boot/vmlinuz-*", "the tree has no kernel in /boot to make a ramdisk of"),
        (
            [], "usr/lib/x86_64-linux-gnu/libzstd.so*",
            "needs the library 'libzstd.so.1', which is not in the tree"
        ),
    ]

    @Test(arguments: refusals)
    func `what is missing is named, and nothing stands under a final name`(
        options: [String], without: String, message: String
    ) throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            let command = try SmallSystem.ramdisk(
                build, options: options, environment: ["DIB_WITHOUT": without])
            let captured = try command.capture(limits: .init(deadline: .seconds(200)))
            let text = captured.errorLines.joined(separator: "\n")
            #expect(captured.status == .exited(1))
            #expect(text.contains(message), "\(text)")
            #expect(try build.outputs() == [])
            #expect(try build.leftovers() == [])
        }
    }

    @Test
    func `two builds give the same bytes, and each compression the same files`() throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            var contents: Set<String> = []
            for compression in ["zstd", "zstd", "gzip", "xz", "none"] {
                let command = try SmallSystem.ramdisk(
                    build,
                    options: [
                        "--ramdisk-modules", "dep", "--ramdisk-compression", compression, "--set",
                        "ramdisk.modules=virtio_blk",
                    ],
                    environment: ["SOURCE_DATE_EPOCH": "1700000000"])
                try command.checkedOutput(limits: .init(deadline: .seconds(200)))
                let image = build.output.appending("image.initramfs")
                let (program, magic) =
                    [
                        "zstd": ("zstd -dc", "28b52ffd"), "gzip": ("gzip -dc", "1f8b08"),
                        "xz": ("xz -dc", "fd377a58"), "none": ("cat", "303730373031"),
                    ][compression] ?? ("", "")
                let script =
                    "\(program) \"$1\" | sha256sum; head -c 6 \"$1\" | od -An -tx1 | tr -d ' '"
                let output = try Command("/bin/sh", ["-ec", script, "sh", image.string])
                    .checkedOutput()
                let lines = output.split(separator: "\n")
                contents.insert(String(lines[0]))
                #expect(lines[1].hasPrefix(magic), "\(compression): \(lines[1])")
                if compression == "xz" {
                    let listed = try Command("xz", ["--list", "--verbose", image.string])
                        .checkedOutput()
                    #expect(listed.contains("CRC32"))
                }
            }
            #expect(contents.count == 1)
        }
    }
}
