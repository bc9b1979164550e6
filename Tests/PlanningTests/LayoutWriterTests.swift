// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// What is handed to elements is what there is, and what comes back is checked.
struct LayoutWriterTests {
    private static let everything = """
        - local_loop: {name: image0, size: 1GiB, block_size: 4096}
        - partitioning:
            base: image0
            label: mbr
            align: 2MiB
            partitions:
              - {name: mount_mkfs_root, flags: [boot, primary], size: 40MiB, type: 0x0c, mkfs: {type: vfat, label: esp, mount: {mount_point: /boot/efi, fstab: {options: umask=0077}}}}
              - {name: 'odd "name\\', size: 8MiB, mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}
              - {name: logs, start: 60MiB, size: auto, mkfs: {type: ext4, opts: -m 1 -b 4096, mount: {mount_point: /var/log}}}
              - {name: half, size: 12.5%}
              - {name: root, size: rest, mkfs: {name: mkfs_root, uuid: 5d9a2b4c-0f3e-4c21-9d7a-3b1f6e8a7c90, mount: {name: m, mount_point: /, fstab: {dump-freq: 1, fsck-passno: 1}}}}
        """

    private static let plain =
        "- local_loop: {name: image0, max_size: 2GiB, mkfs: {name: mkfs_root, type: xfs, mount: {mount_point: /}}}"

    private static let samples = [
        LayoutSample.mbr, LayoutSample.gpt, LayoutSample.efi(blockSize: 4096), everything, plain,
        LayoutSample.efiLVM, LayoutSample.groups, LayoutSample.encrypted,
    ]

    private func plan(_ text: String) throws -> BuildPlan {
        let request = Sample.request("os", "editor") {
            $0.diskConfiguration = YAMLSource(kind: "disk layout", name: "d.yaml", text: text)
            $0.encryptionKeys = LayoutSample.keys
        }
        let editor = Sample.native("editor", phases: [.blockDevice])
        return try Sample.plan(request, [Sample.system, editor])
    }

    @Test(arguments: samples)
    func aLayoutIsReadBackAsItWas(text: String) throws {
        let plan = try plan(text)
        var expected = plan.layout
        expected.editors = ["editor"]
        let written = LayoutWriter.text(plan.layout)
        #expect(
            try plan.layout(written, by: "editor", inPlaceOf: plan.layout) == expected, "\(written)"
        )
    }

    @Test func theTextIsOneNodeALine() throws {
        let text = LayoutWriter.text(try LayoutSample.layout(LayoutSample.mbr))
        #expect(
            text == """
                [
                {"local_loop": {"name": "image0", "block_size": "512"}},
                {"partitioning": {"name": "partitioning_image0", "base": "image0", "label": "mbr", \
                "align": "1048576", "partitions": [
                  {"name": "root", "type": "0x83", "size": "100%", "flags": ["boot", "primary"]}]}},
                {"mkfs": {"name": "mkfs_root", "base": "root", "type": "ext4", "label": "cloudimg-rootfs"}},
                {"mount": {"name": "mount_mkfs_root", "base": "mkfs_root", "mount_point": "/"}},
                {"fstab": {"name": "fstab_mount_mkfs_root", "base": "mount_mkfs_root", \
                "options": "defaults", "dump-freq": "0", "fsck-passno": "1"}}
                ]

                """)
    }

    @Test func whatElementsMakeIsRefusedWithItsLineAndShown() throws {
        let plan = try plan(LayoutSample.gpt)
        let text = LayoutWriter.text(plan.layout).replacing("\"gpt\"", with: "\"dos\"")
        let error = #expect(throws: BuildError.self) {
            try plan.layout(text, by: "editor", inPlaceOf: plan.layout)
        }
        #expect(error?.code == .buildFailed)
        #expect(
            error?.message == "disk layout 'editor:3': partition table 'partitioning_image0' has"
                + " the unknown label 'dos'")
        #expect(error?.detail?.hasPrefix("1  [\n2  {\"local_loop\": {\"name\"") == true)
    }

    @Test func aPlanNamesTheElementsThatMayChangeTheLayout() throws {
        #expect(try plan(LayoutSample.gpt).layoutEditors == ["editor"])
        func editors(_ services: [HostService]) throws -> [String] {
            let function = BoundFunction(
                symbol: "f", signature: try FunctionSignature("i32(fn(str)->i32)"),
                arguments: services.map { .init(.service, $0.rawValue) })
            let plain = Sample.native("plain", phases: [.blockDevice]) {
                $0.phases = [.init(phase: .blockDevice, order: 50, function: function)]
            }
            return try Sample.plan(Sample.request("os", "plain"), [Sample.system, plain])
                .layoutEditors
        }
        #expect(try editors([.setDiskLayout]) == ["plain"])
        #expect(try editors([.publish]) == [])
    }

    @Test func aPartitionCanBeAsLargeAsItsFiles() throws {
        let disk = try LayoutSample.layout(
            """
            - local_loop: {name: image0}
            - partitioning:
                base: image0
                label: gpt
                partitions:
                  - {name: root, size: auto, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
                  - {name: state, size: rest, mkfs: {type: ext4}}
            """
        ).disks[0]
        let needs = ["mkfs_root": ByteCount(5_000_000), "mkfs_state": .mebibytes(4)]
        let fitted = try DiskGeometry.fitting(disk, needs)
        let least = [ByteCount.zero, .mebibytes(4)]
        let size = try DiskGeometry.smallestSize(of: fitted, holding: least)
        let geometry = try DiskGeometry(fitted, size: size)
        #expect(
            geometry.ranges == [
                .init(offset: .mebibytes(1), length: .mebibytes(5)),
                .init(offset: .mebibytes(6), length: .mebibytes(4)),
            ])
    }
}
