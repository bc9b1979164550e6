// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import TestSupport
import Testing

/// Layouts cross the contract in both directions without loss, and in their phase only.
struct BlockDeviceTests {
    /// A request that the layouts of these tests are read for.
    private static let plan = BuildPlan(
        version: "1",
        request: BuildRequest(
            elements: ["os"],
            user: .init(name: "root", id: 0, group: 0, groups: [0], home: "/root")),
        layout: DiskLayout(table: .mbr, label: "root"))

    private static func read(_ text: String) throws -> DiskLayout {
        try plan.layout(text, by: "partitioner", inPlaceOf: plan.layout)
    }

    private func run(_ work: String, on text: String) throws -> WorkerRun.Outcome {
        var run = WorkerRun("Partitioner", .blockDevice)
        run.parameters = ["work": work]
        run.layout = text
        return try run.run(on: nil)
    }

    private func made(_ work: String, of text: String) throws -> DiskLayout {
        let outcome = try run(work, on: text)
        #expect(outcome.error == nil)
        let texts = outcome.events.compactMap { event in
            if case .layout(let text) = event { text } else { nil }
        }
        return try Self.read(try #require(texts.last))
    }

    private static let disks = """
        - local_loop: {name: image0, size: 1GiB, max_size: 2GiB, block_size: 4096}
        - partitioning:
            base: image0
            label: mbr
            align: 2MiB
            partitions:
              - {name: mount_mkfs_root, flags: [boot, primary], size: 40MiB, type: 0x0c, mkfs: {type: vfat, label: esp, mount: {mount_point: /boot/efi, fstab: {options: umask=0077}}}}
              - {name: "odd \\"name\\\\\\n\\u0007", size: 8MiB, mkfs: {name: b, type: swap, mount: {mount_point: swap, fstab: {}}}}
              - {name: logs, start: 60MiB, size: auto, mkfs: {type: ext4, opts: -m 1 -b 4096, mount: {mount_point: /var/log}}}
              - {name: half, size: 12.5%}
              - {name: root, size: rest, mkfs: {name: mkfs_root, uuid: 5d9a2b4c-0f3e-4c21-9d7a-3b1f6e8a7c90, mount: {name: m, mount_point: /, fstab: {dump-freq: 1, fsck-passno: 1}}}}
        """

    @Test func aLayoutGoesThroughAnElementUnchanged() throws {
        let layout = try Self.read(Self.disks)
        #expect(try made("rewrite,rewrite", of: LayoutWriter.text(layout)) == layout)
        let plain = DiskLayout(table: .none, label: "root")
        #expect(
            try made("rewrite", of: LayoutWriter.text(plain)).disks == plain.disks)
    }

    @Test func whatANewerHostKnowsStaysAsItIs() throws {
        let text = """
            [
            {"local_loop": {"name": "image0", "block_size": "512", "color": "red"}},
            {"partitioning": {"name": "t", "base": "image0", "label": "gpt", "partitions": [
              {"name": "root", "size": "rest", "attributes": ["1", "60"]}]}},
            {"mkfs": {"name": "r", "base": "root", "type": "zfs", "label": "l"}},
            {"luks": {"name": "c", "base": "root", "key": "k"}}
            ]
            """
        let outcome = try run("rewrite", on: text)
        #expect(outcome.error == nil)
        guard case .layout(let made) = outcome.events.last else {
            Issue.record("\(outcome.events)")
            return
        }
        for part in [
            #""color": "red""#, #""attributes": ["1", "60"]"#, #""type": "zfs""#,
            #"{"luks": {"name": "c", "base": "root", "key": "k"}}"#,
        ] { #expect(made.contains(part), "\(made)") }
    }

    @Test func partitionsAreAddedChangedAndRemoved() throws {
        let start = LayoutWriter.text(DiskLayout(table: .mbr, label: "root"))
        let layout = try made(
            "size-at / auto,add logs 64 ext4 logs /var/log,insert boot 40 ext2 boot /boot root,"
                + "add tail rest ext4 tail /srv,add none 1 ext4 none /none,remove none,"
                + "label / other,type / xfs,size logs 50", of: start)
        let partitions = layout.disks[0].partitions
        #expect(partitions.map(\.name) == ["boot", "root", "logs", "tail"])
        #expect(
            partitions.map(\.size) == [
                .absolute(.mebibytes(40)), .fitting, .absolute(.mebibytes(50)), .rest,
            ])
        #expect(layout.root?.label == "other")
        #expect(layout.root?.type == .xfs)
        #expect(
            layout.mounts.map(\.entry) == [
                .init(point: "/"), .init(point: "/boot", table: .init()),
                .init(point: "/srv", table: .init()), .init(point: "/var/log", table: .init()),
            ])
    }

    @Test func aWholeLayoutIsReplaced() throws {
        let layout = try made("replace", of: LayoutWriter.text(Self.plan.layout))
        #expect(layout.table == .gpt)
        #expect(layout.root?.options == ["-m", "1"])
        #expect(
            layout.mountTable == """
                LABEL=made / ext4 defaults 0 1
                LABEL=ESP /boot/efi vfat umask=0077 0 2

                """)
    }

    @Test(arguments: [
        ("remove rot", "the disk layout has no partition 'rot'", "It has 'root'."),
        (
            "size-at /srv 5", "no partition of the disk layout is mounted at '/srv'",
            "Add an element that brings a disk with partitions, such as vm."
        ),
        ("label /srv x", "no file system of the disk layout is mounted at '/srv'", nil),
    ])
    func whatIsNotThereIsNamed(work: String, message: String, hint: String?) throws {
        let error = try run(work, on: LayoutWriter.text(Self.plan.layout)).error
        #expect(error?.message == message)
        #expect(error?.hint == hint)
    }

    @Test func aDiskWithoutATableTakesNoPartition() throws {
        let plain = LayoutWriter.text(DiskLayout(table: .none, label: "root"))
        let error = try run("add a 5 ext4 a /a", on: plain).error
        #expect(error?.message == "the disk 'image0' has no partition table")
        #expect(error?.location?.phase == "block-device")
    }

    @Test func plainFunctionsReadAndReplaceTheLayoutInItsPhaseOnly() throws {
        try PlainLibrary.with { library throws in
            library.phase = .blockDevice
            library.layout = "before"
            let services: [ArgumentSource] = [
                .service(.diskLayout), .service(.setDiskLayout),
            ]
            let signature = "i32(fn()->str,fn(str)->i32)"
            let outcome = try library.call("edit_layout", signature, services)
            #expect(outcome.error == nil)
            #expect(outcome.events.contains(.layout("before and after")))
            #expect(outcome.events.contains(.output("before, then before and after")))
            library.phase = .postRoot
            library.layout = nil
            #expect(
                try library.lines("edit_layout", signature, services)
                    == ["(none), then (none)", "error: the function 'edit_layout' returned 1"])
        }
    }
}
