// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// What a disk boots by, and which disks are refused because they would not boot.
struct BootPlannerTests {
    /// A native element that installs a boot loader, with the parameter `firmware` or without it.
    private static func loader(hasParameter: Bool = true) -> ElementDescription {
        Sample.native("vm", provides: ["bootloader"], phases: [.finalise]) {
            guard hasParameter else { return }
            $0.parameters = [
                .init(
                    name: "firmware", type: .string, defaultValue: "auto", doc: "d",
                    choices: ["auto", "bios", "efi", "both"], isSecret: false),
                .init(name: "secure-boot", type: .string, doc: "d", isSecret: false),
            ]
        }
    }

    private static func layout(
        _ text: String, firmware: String? = nil, architecture: String = "amd64",
        hasParameter: Bool = true, mkfsOptions: [String] = []
    ) throws -> DiskLayout {
        let request = Sample.request("os", "vm") {
            $0.diskConfiguration = YAMLSource(kind: "disk layout", name: "d.yaml", text: text)
            $0.architecture = architecture
            $0.mkfsOptions = mkfsOptions
            $0.settings =
                firmware.map {
                    [.init(element: "vm", parameter: "firmware", value: $0)]
                } ?? []
        }
        return try Sample.plan(request, [Sample.system, loader(hasParameter: hasParameter)]).layout
    }

    private static let bios = "{name: BSP, type: 'EF02', size: 1MiB}"
    private static let system =
        "{name: ESP, type: 'EF00', size: 40MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}"

    /// A disk with partitions and then the root file system.
    private static func disk(
        _ partitions: String..., label: String = "gpt", table: String = "", loop: String = "",
        root: String = ""
    ) -> String {
        let lines = partitions.map { "      - \($0)\n" }.joined()
        return """
            - local_loop: {name: image0\(loop)}
            - partitioning:
                base: image0
                label: \(label)\(table)
                partitions:
            \(lines)      - {name: root, size: 100%, mkfs: {name: mkfs_root, mount: {mount_point: /}\(root)}}
            """
    }

    /// A layout, what the user asks for, and what the disk boots by.
    private static let good: [(text: String, wish: String, architecture: String, [Firmware])] = [
        (LayoutSample.mbr, "auto", "amd64", [.bios]),
        (LayoutSample.gpt, "auto", "amd64", [.bios]),
        (LayoutSample.efi(), "auto", "amd64", [.bios, .efi]),
        (LayoutSample.efi(), "bios", "amd64", [.bios]),
        (LayoutSample.efi(), "efi", "amd64", [.efi]),
        (LayoutSample.efi(), "both", "amd64", [.bios, .efi]),
        // Of a BIOS boot partition another architecture makes nothing.
        (LayoutSample.efi(), "auto", "arm64", [.efi]),
        // No BIOS boots from such blocks, but UEFI does.
        (LayoutSample.efi(blockSize: 4096), "auto", "amd64", [.efi]),
        (
            disk(system, label: "mbr").replacing("EF00", with: "0xef"), "auto", "amd64",
            [.bios, .efi]
        ),
        // A partition that is not mounted cannot be filled; the BIOS boot partition is enough.
        (disk("{name: ESP, type: 'EF00', size: 40MiB}", bios), "auto", "amd64", [.bios]),
        (disk(bios, root: ", type: btrfs"), "auto", "amd64", [.bios]),
    ]

    @Test(arguments: good.indices)
    func `a disk boots by all that its layout has a place for, or by what was asked for`(
        _ index: Int
    ) throws {
        let item = Self.good[index]
        let layout = try Self.layout(
            item.text, firmware: item.wish, architecture: item.architecture)
        #expect(layout.firmware == item.3)
    }

    @Test func `an element without the parameter makes a disk boot by BIOS`() throws {
        let layout = try Self.layout(LayoutSample.efi(), hasParameter: false)
        #expect(layout.firmware == [.bios])
        #expect(layout.installsBootLoader)
    }

    @Test func `hooks are told of the file system that GRUB reads`() throws {
        let boot =
            "{name: boot, size: 100MiB, mkfs: {type: ext3, label: b, mount: {mount_point: /boot}}}"
        let layout = try Self.layout(Self.disk(boot, Self.system, Self.bios, root: ", type: xfs"))
        #expect(
            layout.values == [
                .rootLabel: "img-rootfs", .rootFileSystem: "xfs", .bootLabel: "b",
                .bootFileSystem: "ext3", .fileSystems: "ext3,xfs,vfat", .partitionTable: "gpt",
                .efiMountPoint: "/boot/efi", .firmware: "both", .volumeManager: "none",
                .encryption: "none",
            ])
        let plain = try Self.layout(LayoutSample.mbr)
        #expect(
            plain.values == [
                .rootLabel: "cloudimg-rootfs", .rootFileSystem: "ext4", .fileSystems: "ext4",
                .partitionTable: "mbr", .firmware: "bios", .volumeManager: "none",
                .encryption: "none",
            ])
    }

    // MARK: Refusals

    struct Refusal: Sendable, CustomTestStringConvertible {
        var text: String
        var wish: String? = "auto"
        var architecture = "amd64"
        var mkfsOptions: [String] = []
        /// What follows the words about who asked.
        var message: String
        var hint: String?
        var testDescription: String { message }
    }

    private static let addSystem =
        "Add '{name: ESP, type: EF00, size: 550MiB, mkfs: {type: vfat, mount: {mount_point:"
        + " /boot/efi}}}' before the root partition."
    private static let addBIOS =
        "Add '{name: BSP, type: EF02, size: 8MiB}' before the root partition."

    private static let places = [
        Refusal(
            text: disk(),
            message: "has neither a BIOS boot partition nor an EFI system partition", hint: addBIOS),
        Refusal(
            text: disk(system), wish: "bios", message: "has no BIOS boot partition", hint: addBIOS),
        Refusal(
            text: disk(system), wish: "both", message: "has no BIOS boot partition", hint: addBIOS),
        Refusal(
            text: disk(bios), wish: "efi", message: "has no EFI system partition", hint: addSystem),
        Refusal(
            text: LayoutSample.mbr, wish: "both", message: "has no EFI system partition",
            hint: addSystem),
        Refusal(
            text: disk(bios), architecture: "arm64", message: "has no EFI system partition",
            hint: addSystem),
        Refusal(
            text: LayoutSample.efi(), wish: "bios", architecture: "arm64",
            message: "is for arm64, which has no BIOS", hint: "Use UEFI for it."),
        Refusal(
            text: disk(bios, loop: ", block_size: 4096"),
            message: "has blocks of 4096 bytes, from which no BIOS boots",
            hint: "Use blocks of 512 bytes, or an EFI system partition."),
        Refusal(
            text: "- local_loop: {name: image0, mkfs: {name: mkfs_root, mount: {mount_point: /}}}",
            message: "has no partition table",
            hint: "Put the root file system into a partition, or leave the element out."),
        Refusal(
            text: disk(label: "mbr", table: "\n    align: 64KiB"),
            message: "leaves 64.0 KiB before the first partition, where GRUB needs 1 MiB",
            hint: "Leave out 'align'."),
        Refusal(
            text: disk(
                "{name: BSP, type: 'EF02', size: 128KiB}", table: "\n    align: 64KiB"),
            message:
                "gives 128 KiB to the BIOS boot partition 'BSP', where GRUB needs 512 KiB",
            hint: "Make it 1MiB or more."),
        Refusal(
            text: disk(
                "{name: ESP, type: 'EF00', size: 16MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}"
            ),
            message:
                "gives 16.0 MiB to the EFI system partition 'ESP', which is too small for a boot loader"
                + " and its successor", hint: "Make it 32.0 MiB or more."),
        Refusal(
            text: disk("{name: ESP, type: 'EF00', size: 40MiB, mkfs: {type: vfat}}"),
            message: "mounts the EFI system partition 'ESP' nowhere",
            hint: "Mount it at '/boot/efi', where GRUB's packages look for it."),
        Refusal(
            text: disk(
                "{name: ESP, type: 'EF00', size: 40MiB, mkfs: {type: vfat, mount: {mount_point: /efi}}}"
            ),
            wish: "efi", message: "mounts the EFI system partition 'ESP' at '/efi'",
            hint: "Mount it at '/boot/efi', where GRUB's packages look for it."),
        Refusal(
            text: disk(
                "{name: ESP, type: 'EF00', size: 40MiB, mkfs: {type: ext4, mount: {mount_point: /boot/efi}}}"
            ),
            message:
                "has the EFI system partition 'ESP' without a vfat, the only file system that UEFI reads",
            hint: "Add 'mkfs: {type: vfat, mount: {mount_point: /boot/efi}}' to it."),
    ]

    private static let files = [
        Refusal(
            text: disk(
                bios, "{name: boot, size: 100MiB, mkfs: {type: vfat, mount: {mount_point: /boot}}}"),
            message:
                "has '/boot' on vfat, which keeps neither links nor owners of the packages' files",
            hint: "Use ext4, xfs or btrfs for it."),
        Refusal(
            text: disk(
                bios,
                "{name: grub, size: 100MiB, mkfs: {type: ext4, mount: {mount_point: /boot/grub}}}"),
            message: "has a file system of its own at '/boot/grub', where GRUB looks for nothing",
            hint: "Leave '/boot/grub' on the file system that holds '/boot'."),
        Refusal(
            text: disk(bios, root: ", type: xfs, opts: '-i nrext64=1,size=512'"),
            message: "has the root file system on xfs with 'nrext64=1', which GRUB cannot read",
            hint: "Leave it out, or give '/boot' a file system of its own without it."),
        Refusal(
            text: disk(bios, root: ", type: ext3"), mkfsOptions: ["-O ^dir_index,inline_data"],
            message: "has the root file system on ext3 with 'inline_data', which GRUB cannot read",
            hint: "Leave it out, or give '/boot' a file system of its own without it."),
        Refusal(
            text: disk(bios, root: ", label: my disk"),
            message:
                "has the file system 'mkfs_root' with the label 'my disk', which GRUB cannot be told",
            hint: "Use letters, digits, '-', '_' and '.'."),
    ]

    @Test(arguments: places + files)
    func `a disk that would not boot is refused before the build`(_ refusal: Refusal) throws {
        let error = #expect(throws: BuildError.self) {
            try Self.layout(
                refusal.text, firmware: refusal.wish, architecture: refusal.architecture,
                mkfsOptions: refusal.mkfsOptions)
        }
        let reason =
            refusal.wish == "auto"
            ? "element 'vm' installs a boot loader" : "vm.firmware is '\(refusal.wish ?? "")'"
        #expect(error?.code == .refused)
        #expect(error?.message == "\(reason), but disk layout 'd.yaml' \(refusal.message)")
        #expect(error?.hint == refusal.hint)
    }

    @Test(
        arguments: [
            (nil, LayoutSample.gpt, "disk layout 'd.yaml' has no EFI system partition", addSystem),
            (
                "bios", LayoutSample.efi(), "vm.firmware is 'bios'",
                "Leave one of them out; Secure Boot is a matter of UEFI."
            ),
        ] as [(String?, String, String, String)])
    func `Secure Boot cannot be had without UEFI`(
        _ firmware: String?, _ text: String, _ message: String, _ hint: String
    ) throws {
        let secure = BuildRequest.Setting(element: "vm", parameter: "secure-boot", value: "true")
        let request = Sample.request("os", "vm") {
            $0.diskConfiguration = YAMLSource(kind: "disk layout", name: "d.yaml", text: text)
            $0.settings = [secure]
            if let firmware {
                $0.settings.append(.init(element: "vm", parameter: "firmware", value: firmware))
            }
        }
        let error = #expect(throws: BuildError.self) {
            try Sample.plan(request, [Sample.system, Self.loader()])
        }
        #expect(error?.message == "vm.secure-boot is 'true', but \(message)")
        #expect(error?.hint == hint)
        var better = request
        better.diskConfiguration?.text = LayoutSample.efi()
        better.settings = [secure]
        #expect(
            try Sample.plan(better, [Sample.system, Self.loader()]).layout.firmware == [
                .bios, .efi,
            ])
    }
}
