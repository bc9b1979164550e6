// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What the element vm puts into a small tree that has the build host's own GRUB.
struct VMElementTests {
    private static let programs = [
        "sh", "sort", "mkdir", "cp", "cat", "grub-mkimage", "grub-script-check", "grub-editenv",
    ]

    /// Hands a tree to `body` with GRUB's programs and modules, two kernels, and a debconf that notes its answers.
    private static func withTree(_ body: (FilePath) throws -> Void) throws {
        try ScratchTree.with(programs: programs) { tree in
            let script = """
                cd "$1"; mkdir -p usr/lib/grub usr/bin boot etc/default
                cp -r /usr/lib/grub/i386-pc /usr/lib/grub/x86_64-efi usr/lib/grub/
                for version in 6.1.0-9 6.1.0-13; do : >boot/vmlinuz-$version; done
                : >boot/initrd.img-6.1.0-13
                printf '#!/bin/sh\\ncat >>/answers\\n' >usr/bin/debconf-set-selections
                chmod +x usr/bin/debconf-set-selections
                """
            try Command("sh", ["-euc", script, "sh", tree.string]).checkedOutput()
            try body(tree)
        }
    }

    /// Files that stand for what packages have signed.
    private static func addSignedFiles(_ suffix: String, format: String, to tree: FilePath) throws {
        for name in ["shim", "mm"] {
            try TextFile.write(
                "signed \(name)", to: tree.appending("usr/lib/shim/\(name)\(suffix).efi.signed"))
        }
        try TextFile.write(
            "signed grub",
            to: tree.appending("usr/lib/grub/\(format)-signed/grub\(suffix).efi.signed"))
    }

    private static func finalise(
        _ tree: FilePath, _ values: [String: String], _ parameters: [String: String] = [:]
    ) throws -> BuildError? {
        var run = WorkerRun("VM", .finalise, element: "vm")
        run.values = [
            "build.architecture": "amd64", "build.root-label": "r",
            "build.root-file-system": "ext4",
            "build.firmware": "bios",
        ].merging(values) { _, given in given }
        run.parameters = [
            "timeout-style": "menu", "virtual-terminal": "tty0", "use-serial-console": "true",
        ].merging(parameters) { _, given in given }
        run.environment["DISTRO_NAME"] = "debian"
        return try run.run(on: tree).error
    }

    private static func files(below folder: FilePath) throws -> [String] {
        var find = Command("find", [".", "-type", "f"])
        find.workingDirectory = folder
        return try find.checkedOutput().split(separator: "\n").map(String.init).sorted()
    }

    /// The file system that holds /boot, whether it is one of its own, and GRUB's module for it.
    private static let places: [(type: String, isOwn: Bool, module: String)] = [
        ("ext2", false, "ext2"), ("ext3", true, "ext2"), ("ext4", true, "ext2"),
        ("xfs", false, "xfs"), ("xfs", true, "xfs"), ("btrfs", false, "btrfs"),
    ]

    @Test(arguments: places.indices)
    func
        `the core image finds the file system that holds boot, and fits before the first partition`(
            _ index: Int
        ) throws
    {
        let place = Self.places[index]
        var values = ["build.root-file-system": place.isOwn ? "btrfs" : place.type]
        if place.isOwn {
            values["build.boot-label"] = "b"
            values["build.boot-file-system"] = place.type
        }
        try Self.withTree { tree in
            #expect(try Self.finalise(tree, values) == nil)
            let folder = tree.appending("boot/grub/i386-pc")
            #expect(
                try TextFile.read(folder.appending("load.cfg")) == """
                    search --no-floppy --label --set=root \(place.isOwn ? "b" : "r")
                    set prefix=($root)\(place.isOwn ? "/grub" : "/boot/grub")

                    """)
            let core = try FileDescriptor.contents(of: folder.appending("core.img"))
            #expect(core.count < 2047 * 512)
            let menu = try TextFile.read(tree.appending("boot/grub/grub.cfg"))
            #expect(menu.contains("insmod \(place.module)\n"))
            let boot = place.isOwn ? "" : "/boot"
            #expect(menu.contains("    linux \(boot)/vmlinuz-6.1.0-13 root=LABEL=r ro "))
            #expect(menu.contains("    initrd \(boot)/initrd.img-6.1.0-13\n"))
            let table = try TextFile.read(tree.appending("etc/fstab"))
            let type = values["build.root-file-system"] ?? ""
            let options = type.hasPrefix("ext") ? "errors=remount-ro 0 1" : "defaults 0 1"
            #expect(table == "LABEL=r / \(type) \(options)\n")
        }
    }

    private static let efi = [
        "build.firmware": "efi", "build.efi-mount-point": "/boot/efi",
        "build.partition-table": "gpt",
    ]

    @Test(arguments: [("amd64", "x64", "x86_64-efi"), ("arm64", "aa64", "arm64-efi")])
    func `signed files lie in both folders of the EFI system partition`(
        _ architecture: String, _ suffix: String, _ format: String
    ) throws {
        try Self.withTree { tree in
            try Self.addSignedFiles(suffix, format: format, to: tree)
            let values = Self.efi.merging(["build.architecture": architecture]) { $1 }
            #expect(try Self.finalise(tree, values, ["secure-boot": "true"]) == nil)
            let point = tree.appending("boot/efi")
            #expect(
                try Self.files(below: point) == [
                    "./EFI/BOOT/BOOT\(suffix.uppercased()).EFI", "./EFI/BOOT/grub\(suffix).efi",
                    "./EFI/BOOT/mm\(suffix).efi", "./EFI/debian/grub.cfg",
                    "./EFI/debian/grub\(suffix).efi", "./EFI/debian/mm\(suffix).efi",
                    "./EFI/debian/shim\(suffix).efi",
                ])
            let shim = point.appending("EFI/BOOT/BOOT\(suffix.uppercased()).EFI")
            #expect(try TextFile.read(shim) == "signed shim")
            #expect(
                try TextFile.read(point.appending("EFI/debian/grub.cfg")) == """
                    search --no-floppy --label --set=root r
                    set prefix=($root)/boot/grub
                    configfile $prefix/grub.cfg

                    """)
            #expect(
                try TextFile.read(tree.appending("answers")).hasSuffix(
                    """
                    grub-efi-\(architecture) grub2/force_efi_extra_removable boolean true
                    grub-efi-\(architecture) grub2/update_nvram boolean false

                    """))
            // Nothing for a BIOS is made.
            #expect(
                try !Self.files(below: tree.appending("boot/grub")).contains("./i386-pc/core.img"))
            let settings = try TextFile.read(tree.appending("etc/default/grub.d/50-vm.cfg"))
            let console = architecture == "arm64" ? "ttyAMA0,115200" : "ttyS0,115200"
            #expect(settings.contains("console=tty0 console=\(console)"))
        }
    }

    @Test(arguments: ["false", "auto"])
    func `without signed files GRUB is made of its modules`(_ wish: String) throws {
        try Self.withTree { tree in
            if wish == "false" {
                try Self.addSignedFiles("x64", format: "x86_64-efi", to: tree)
            }
            let values = Self.efi.merging(["build.firmware": "both"]) { $1 }
            #expect(try Self.finalise(tree, values, ["secure-boot": wish]) == nil)
            let point = tree.appending("boot/efi")
            #expect(
                try Self.files(below: point)
                    == ["./EFI/BOOT/BOOTX64.EFI", "./EFI/debian/grubx64.efi"])
            let kind = try Command(
                "grub-file", ["--is-x86_64-efi", point.appending("EFI/BOOT/BOOTX64.EFI").string]
            ).capture()
            #expect(kind.status == .exited(0))
            let made = try Self.files(below: tree.appending("boot/grub"))
            for file in ["i386-pc/core.img", "i386-pc/ext2.mod", "x86_64-efi/ext2.mod"] {
                #expect(made.contains("./\(file)"))
            }
        }
    }

    // MARK: Refusals

    struct Refusal: Sendable, CustomTestStringConvertible {
        /// Run in the tree.
        var script = ":"
        var values: [String: String] = [:]
        var parameters: [String: String] = [:]
        var message: String
        var hint: String?
        var testDescription: String { message }
    }

    private static let refusals = [
        Refusal(
            script: "rm boot/vmlinuz-*", message: "the target tree has no kernel in '/boot'",
            hint: "Use an operating-system element that installs one, such as debian."),
        Refusal(
            script: "rm usr/lib/grub/i386-pc/boot.img",
            message: "the target tree has no '/usr/lib/grub/i386-pc/boot.img'",
            hint:
                "Use an operating-system element whose packages bring GRUB for BIOS, such as debian."
        ),
        Refusal(
            values: efi, parameters: ["secure-boot": "true"],
            message:
                "the target tree has no '/usr/lib/shim/shimx64.efi.signed', which secure-boot needs",
            hint: "Use a release that has a signed shim and GRUB, or set vm.secure-boot to false."),
        Refusal(
            script: "rm -r usr/lib/grub/x86_64-efi", values: efi,
            message: "the target tree has no '/usr/lib/grub/x86_64-efi/moddep.lst'",
            hint:
                "Use an operating-system element whose packages bring GRUB for UEFI, such as debian."
        ),
        Refusal(
            values: efi.merging(["build.architecture": "riscv64"]) { $1 },
            message: "cannot make 'riscv64' boot by UEFI"),
    ]

    @Test(arguments: refusals)
    func `a tree that cannot be made to boot is refused`(_ refusal: Refusal) throws {
        try Self.withTree { tree in
            var prepare = Command("sh", ["-euc", refusal.script])
            prepare.workingDirectory = tree
            try prepare.checkedOutput()
            let error = try Self.finalise(tree, refusal.values, refusal.parameters)
            #expect(error?.message == refusal.message)
            #expect(error?.hint == refusal.hint)
        }
    }
}
