// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A disk, and what the script of persistent-state makes of it.
private struct Decision: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Prepares the file `disk` of 64 MiB; the state begins at 24 MiB.
    var disk: String
    /// The action, or the message of a refusal.
    var answer: String

    init(_ description: String, _ disk: String, _ answer: String) {
        testDescription = description
        self.disk = disk
        self.answer = answer
    }
}

private let gpt = "printf 'label: gpt\\nstart=2048,size=4096\\n' | sfdisk -q disk; "
private let mbr = "printf 'label: dos\\nstart=2048,size=4096\\n' | sfdisk -q disk; "
private let state = "mkfs.ext4 -q -L state -E offset=25165824 disk 20M; "

private func add(_ entry: String) -> String {
    "echo '\(entry)' | sfdisk -q --wipe-partitions never --append disk; "
}

private let refused =
    ", and not ext4 labelled 'state'. Nothing was changed. If nobody needs it, erase the first MiB"
    + " there; else build the image with another 'system-size'"

private let decisions = [
    Decision("an empty place behind a GPT", gpt, "make"),
    Decision("an empty place behind an MBR", mbr, "make"),
    Decision("the state, unknown to the table", gpt + state, "add"),
    Decision("the state and its entry", gpt + state + add("start=49152"), "keep"),
    Decision("the state on a larger disk", mbr + state + add("start=49152,size=40960"), "grow"),
    Decision(
        "an entry that another one follows",
        gpt + state + add("start=49152,size=40960")
            + add("start=90112"), "keep"),
    Decision(
        "the making cut off, whatever is there",
        mbr + "echo half | dd of=disk bs=1M seek=24 conv=notrunc status=none; "
            + add("start=49152,type=7f"), "make-again"),
    Decision(
        "the making cut off before the entry was marked",
        gpt + state + add("start=49152,type=1C0EBB9E-4D88-4DE7-8485-A6049A24A8B4"), "make-again"),
    Decision(
        "another label", gpt + state.replacing("-L state", with: "-L data"),
        "at byte 25165824 of 'disk' lies ext4 labelled 'data'" + refused),
    Decision(
        "another file system",
        gpt + "mkswap -q -L state --offset 25165824 disk 2>/dev/null || "
            + "{ truncate -s 8M swap; mkswap -q -L state swap; dd if=swap of=disk bs=1M seek=24 "
            + "conv=notrunc status=none; }",
        "at byte 25165824 of 'disk' lies swap labelled 'state'" + refused),
    Decision(
        "data that nothing knows",
        gpt + "echo data | dd of=disk bs=1M seek=26 conv=notrunc status=none",
        "at byte 25165824 of 'disk' lies data without a signature" + refused),
    Decision(
        "an entry with nothing in it", gpt + add("start=49152"),
        "at byte 25165824 of 'disk' lies nothing" + refused),
    Decision(
        "a root that has been grown", "printf 'label: gpt\\nstart=2048\\n' | sfdisk -q disk",
        "partition 1 of 'disk' ends at byte 66060288 and so reaches over 25165824, where the state"
            + " begins. Nothing was changed"),
    Decision(
        "a stranger's partition behind the place", gpt + add("start=65536"),
        "partition 2 of 'disk' lies behind byte 25165824, where the state begins"),
    Decision(
        "no slot", mbr + [8192, 12288, 16384].map { add("start=\($0),size=2048") }.joined(),
        "'disk' has four primary partitions, and its table takes no more"),
    Decision(
        "no room", gpt + "truncate -s 24M disk",
        "'disk' has 25165824 bytes, and the state begins at byte 25165824: ext4 needs 16777216 bytes"
            + " there. Use a larger disk"),
    Decision("no table", ":", "'disk' has no partition table"),
    Decision(
        "a disk that has become smaller", mbr + state + add("start=49152") + "truncate -s 50M disk",
        "partition 2 of 'disk' ends behind the disk's end"),
]

@Test(arguments: decisions)
private func theDiskDecides(_ decision: Decision) throws {
    try TemporaryFolder.with("state") { folder in
        let state = try StateDisk(in: folder)
        try #require(
            state.shell("truncate -s 64M disk; " + decision.disk).status == .exited(0))
        try state.shell("cp --sparse=always disk before")
        let outcome = try state.decide()
        let answer = outcome.message.map { String($0.dropFirst("persistent state: ".count)) }
        #expect(answer ?? outcome.output == decision.answer + "\n" || answer == decision.answer)
        #expect(outcome.status == .exited(answer == nil ? 0 : 1))
        #expect(try state.shell("cmp disk before").status == .exited(0))
    }
}

/// A note or a command line that the script cannot follow.
@Test(arguments: [
    ("rm note", "decide", "there is no 'note'"),
    ("sed -i /START/d note", "decide", "'note' does not say LABEL, FILE_SYSTEM, START and PATHS"),
    (
        "sed -i s/ext4/zfs/ note", "decide",
        "'note' names the file system 'zfs', which is neither ext4 nor xfs"
    ),
    (
        ":", "stop",
        "usage: persistent-state [--note FILE] [--disk DISK] [--place FOLDER] start|decide"
    ),
])
private func aNoteThatIsBrokenIsNamed(change: String, command: String, message: String) throws {
    try TemporaryFolder.with("state") { folder in
        let state = try StateDisk(in: folder)
        let outcome = try state.shell(
            "\(change); '\(StateDisk.script)' --note note --disk disk \(command)")
        #expect(outcome.lines == ["persistent state: " + message])
        #expect(outcome.status == .exited(1))
    }
}
