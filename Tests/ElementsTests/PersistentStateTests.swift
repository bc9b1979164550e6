// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private let phases: [Phase] = [.check, .install, .blockDevice, .finalise]
private let plain = DiskLayout(table: .mbr, label: "cloudimg-rootfs")

/// A run of the real plugin; `parameters` are laid over the manifest's defaults.
private func persistentState(_ phase: Phase, _ parameters: [String: String] = [:]) -> WorkerRun {
    var run = WorkerRun("PersistentState", phase, of: phases, element: "persistent-state")
    run.parameters = [
        "paths": "/home", "label": "state", "file-system": "ext4", "create": "first-boot",
        "system-size": "8589934592",
    ].merging(parameters) { _, own in own }
    run.layout = LayoutWriter.text(plain)
    return run
}

/// Parameters, or a layout, that cannot be: and what is said to them.
private struct Refusal: Sendable {
    var parameters: [String: String]
    var layout = plain
    var message: String
    var hint: String

    init(
        _ name: String, _ value: String, _ problem: String, _ hint: String,
        _ others: [String: String] = [:]
    ) {
        parameters = others.merging([name: value]) { _, own in own }
        message = "parameter '\(name)': \(problem)"
        self.hint = hint
    }

    init(_ message: String, _ hint: String, _ layout: DiskLayout, _ parameters: [String: String]) {
        (self.message, self.hint, self.layout) = (message, hint, layout)
        self.parameters = parameters
    }
}

private let names =
    "Names of folders have letters, digits and '._-+@:~', and are not '.' or '..'."
private let inIt = "Name the folders in it that are to stay."
private let plainLabel = "Use letters, digits, '.', '_' and '-'."

private let badParameters = [
    Refusal("paths", "home", "'home' is no absolute path", "Write it with a leading '/'."),
    Refusal("paths", "/home,/srv/,/home/", "'/home' stands there twice", "Leave out one of them."),
    Refusal(
        "paths", "/srv/a/b,/srv/a", "'/srv/a/b' lies inside of '/srv/a'",
        "'/srv/a' alone keeps both."),
    Refusal("paths", "/", "'/' holds what the next image brings", inIt),
    Refusal("paths", "/usr", "'/usr' holds what the next image brings", inIt),
    Refusal("paths", "/etc", "'/etc' holds what the next image brings", inIt),
    Refusal("paths", "/var/lib", "'/var/lib' holds what the next image brings", inIt),
    Refusal(
        "paths", "/boot/efi",
        "'/boot/efi' cannot be kept: '/boot' belongs to the image: the boot loader reads it before"
            + " anything is mounted", "Leave it out."),
    Refusal(
        "paths", "/var/lib/dpkg",
        "'/var/lib/dpkg' cannot be kept: '/var/lib/dpkg' belongs to the image: the list of its packages",
        "Leave it out."),
    Refusal(
        "paths", "/run/x",
        "'/run/x' cannot be kept: '/run' holds nothing that lasts longer than a boot",
        "Leave it out."),
    Refusal("paths", "/home/../etc", "'/home/../etc' is no path that can be kept", names),
    Refusal("paths", "/my files", "'/my files' is no path that can be kept", names),
    Refusal("paths", "/home/$(reboot)", "'/home/$(reboot)' is no path that can be kept", names),
    Refusal(
        "label", "seventeen-letters", "'seventeen-letters' has 17 bytes",
        "A label of ext4 has at most 16."),
    Refusal(
        "label", "thirteen-it-is", "'thirteen-it-is' has 14 bytes",
        "A label of xfs has at most 12.", ["file-system": "xfs"]),
    Refusal("label", "", "'' is no label", plainLabel),
    Refusal("label", "a b", "'a b' is no label", plainLabel),
    Refusal(
        "label", "cloudimg-rootfs",
        "'cloudimg-rootfs' is the label of file system 'mkfs_root' of the disk layout",
        "Give the state another one."),
    Refusal(
        "system-size", "8493465", "8493465 bytes are not 2 MiB or a larger number of whole MiB",
        "Give a size such as 8GiB."),
    Refusal(
        "system-size", "1048576", "1048576 bytes are not 2 MiB or a larger number of whole MiB",
        "Give a size such as 8GiB."),
    Refusal(
        "system-size", "2199023255552", "an MBR has no entries for places behind 2 TiB",
        "Use a GPT, or a smaller system-size."),
]

private func partitions(_ count: Int, _ mount: String = "/data") -> DiskLayout {
    var layout = plain
    var table = PartitionTable(kind: .mbr, partitions: layout.disks[0].partitions)
    table.partitions[0].size = .absolute(.mebibytes(100))
    for number in 1..<count {
        table.partitions.append(
            Partition(
                name: "p\(number)", size: .absolute(.mebibytes(8)), type: .code(0x83),
                volume: Volume(
                    name: "v\(number)", type: .ext4, label: "l\(number)",
                    mount: MountEntry(point: "\(mount)\(number)"))))
    }
    layout.disks[0].content = .table(table)
    return layout
}

private let badLayouts = [
    Refusal(
        "the disk's MBR has no entry left for the state partition",
        "Use a GPT, or one partition less.", partitions(4), [:]),
    Refusal(
        "parameter 'paths': '/home' cannot be kept: the disk layout has a file system at '/home/x1'",
        "Leave out one of the two.", partitions(2, "/home/x"), [:]),
    Refusal(
        "parameter 'system-size': 8589934592 bytes, but the image has 10737418240",
        "Make system-size larger, or the image smaller.",
        DiskLayout(table: .mbr, label: "r", size: .gibibytes(10)), [:]),
    Refusal(
        "parameter 'system-size': 8589934592 bytes, but the image has 8589934592",
        "Make the image larger, or system-size smaller: the state lies behind it.",
        DiskLayout(table: .mbr, label: "r", size: .gibibytes(8)), ["create": "build"]),
    Refusal(
        "the disk has no partitions, so that the state cannot have one in the image",
        "Add an element that brings a disk with partitions, such as vm.",
        DiskLayout(table: .none, label: "r"), ["create": "build"]),
]

@Test(arguments: (badParameters + badLayouts).indices)
private func whatCannotBeIsRefusedBeforeTheBuild(_ index: Int) throws {
    let refusal = (badParameters + badLayouts)[index]
    var run = persistentState(.check, refusal.parameters)
    run.layout = LayoutWriter.text(refusal.layout)
    let error = try run.run(on: nil).error
    #expect(error?.message == refusal.message)
    #expect(error?.hint == refusal.hint)
    #expect(error?.code == .refused)
}

@Test private func aFileSystemWithoutATableIsBuiltWithAWarning() throws {
    var run = persistentState(.check)
    run.layout = LayoutWriter.text(DiskLayout(table: .none, label: "r"))
    let outcome = try run.run(on: nil)
    #expect(outcome.error == nil)
    #expect(
        outcome.events == [
            .log(
                .warning,
                "the image is a file system without a partition table: whoever writes it to a"
                    + " partition has to let that one end before byte 8589934592")
        ])
}

@Test private func theCheckCannotChangeTheLayout() throws {
    let outcome = try persistentState(.check).run(on: nil)
    #expect(outcome.error == nil && outcome.events.isEmpty)
}

@Test(arguments: ["first-boot", "build"])
private func theLayoutKeepsThePlaceFree(create: String) throws {
    let outcome = try persistentState(
        .blockDevice, ["create": create, "file-system": "xfs", "system-size": "268435456"]
    ).run(on: nil)
    let text = outcome.events.compactMap { if case .layout(let text) = $0 { text } else { nil } }
        .last
    let plan = BuildPlan(
        version: "1",
        request: BuildRequest(
            elements: [],
            user: .init(name: "root", id: 0, group: 0, groups: [0], home: "/root")),
        layout: plain)
    let made = try plan.layout(try #require(text), by: "persistent-state", inPlaceOf: plain)
    let disk = made.disks[0]
    if create == "build" {
        #expect(disk.largestSize == nil)
        #expect(disk.partitions.map(\.size) == [.fitting, .absolute(.mebibytes(320))])
        #expect(disk.partitions.last?.start == .mebibytes(256))
        #expect(disk.volumes.last?.type == .xfs && disk.volumes.last?.label == "state")
        #expect(disk.volumes.last?.mount == nil)
    } else {
        #expect(disk.largestSize == .mebibytes(256))
        #expect(disk.partitions == plain.disks[0].partitions)
    }
}

@Test private func theImageGetsScriptNoteAndUnit() throws {
    try ScratchTree.with { tree in
        let outcome = try persistentState(
            .install, ["paths": "/home,/var/lib/app/data,/var/lib/app/more"]
        ).run(on: tree)
        #expect(outcome.error == nil)
        let script = tree.appending("usr/lib/dibhost/persistent-state")
        #expect(try TextFile.read(script) == TextFile.read(FilePath(StateDisk.script)))
        #expect(try script.stat().permissions.rawValue == 0o755)
        #expect(
            try TextFile.read(tree.appending("etc/dibhost/persistent-state")) == """
                # What this machine keeps when another image is written over the beginning of its disk.
                # Written by dibhost's element persistent-state; read by /usr/lib/dibhost/persistent-state.
                LABEL="state"
                FILE_SYSTEM="ext4"
                # In bytes from the beginning of the disk that the root file system is on.
                START="8589934592"
                PATHS="/home /var/lib/app/data /var/lib/app/more"

                """)
        let unit = "usr/lib/systemd/system/dibhost-persistent-state.service"
        let text = try TextFile.read(tree.appending(unit))
        #expect(text.contains("\nRequiresMountsFor=/var/lib/app /var/lib/dibhost\n"))
        let link = "etc/systemd/system/local-fs.target.wants/dibhost-persistent-state.service"
        #expect(
            try Command("readlink", [tree.appending(link).string]).checkedOutput() == "/\(unit)\n")
    }
}

/// What the tree is like at the end of a build, and what is said to it.
@Test(
    arguments: [
        (":", nil),
        ("mkdir srv; ln -s srv home", "'/home' cannot be kept: '/home' in the image is no folder"),
        (": > home", "'/home' cannot be kept: '/home' in the image is no folder"),
        (
            "echo 'LABEL=h /home/x ext4 defaults 0 2' > etc/fstab",
            "'/home/x' has a line in /etc/fstab, and '/home' is kept on the state partition"
        ),
        ("echo '#LABEL=h /home ext4 defaults 0 2' > etc/fstab", nil),
        (
            "rm bin/blkid bin/sfdisk",
            "the image lacks 'sfdisk', 'blkid', which the state partition needs"
        ),
        (
            "rm -r usr/lib/systemd",
            "the image has no systemd, which mounts the state before everything else"
        ),
    ] as [(String, String?)])
private func theFinishedTreeIsLookedAt(change: String, message: String?) throws {
    let programs = [
        "sfdisk", "addpart", "resizepart", "blkid", "blockdev", "findmnt", "mountpoint",
        "mkfs.ext4",
        "fsck.ext4", "resize2fs",
    ]
    try ScratchTree.with { tree in
        let prepared = try Command(
            "sh",
            [
                "-euc",
                "cd \"$1\"; shift; for name; do : > bin/$name; chmod +x bin/$name; done; rm -rf home;"
                    + " mkdir -p usr/lib/systemd usr/share/initramfs-tools/scripts/local-bottom;"
                    + " : > usr/lib/systemd/systemd;"
                    + " : > usr/share/initramfs-tools/scripts/local-bottom/growroot; \(change)",
                "sh", tree.string,
            ] + programs
        ).capture()
        try #require(prepared.status.isSuccess, "\(prepared)")
        let outcome = try persistentState(.finalise).run(on: tree)
        #expect(outcome.error?.message == message)
        guard message == nil else { return }
        #expect(try tree.appending("home").stat().type == .directory)
        #expect(
            try TextFile.read(tree.appending("etc/cloud/cloud.cfg.d/60-persistent-state.cfg"))
                == "growpart: {ignore_growroot_disabled: true}\n")
        #expect(try tree.appending("etc/growroot-disabled").stat().type == .regular)
    }
}
