// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A Debian that was built for a disk of 1 PiB and finds itself on one.
struct GrowthBootTests {
    /// An XFS holds a sparse file of that size; $1 is the image.
    private static let placing = """
        truncate --size 8G xfs.img
        mkfs.xfs -q xfs.img
        mkdir xfs
        mount -o loop xfs.img xfs
        cp --sparse=always "$1" xfs/disk.raw
        truncate --size 1P xfs/disk.raw
        """

    /// Behind the BIOS boot partition.
    private static let checking = "e2fsck -fn 'xfs/disk.raw?offset=9437184'"

    private func run(_ script: String, _ arguments: String..., in folder: FilePath) throws {
        var command = Command("bash", ["-euc", script, "bash"] + arguments)
        command.workingDirectory = folder
        try command.checkedOutput()
    }

    @Test func `the root grows to 1 PiB on first boot, and GRUB reads its kernel there`()
        async throws
    {
        try await TemporaryFolder.with("growth-boot", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            try build.debianCommand(
                ["vm", "block-device-gpt", "growroot"],
                options: ["--max-size", "1PiB"]
            ).checkedOutput()
            defer { try? run("umount xfs", in: folder) }
            try run(Self.placing, build.output.appending("image.raw").string, in: folder)
            var options = GuestOptions(disk: folder.appending("xfs/disk.raw"))
            options.keepsChanges = true
            options.deadline = .seconds(900)
            try BootHarness.boot(options, growsToPebibyte)
            options.keepsChanges = false
            // Neither writes, and the check takes a minute.
            async let isClean: Void = run(Self.checking, in: folder)
            try BootHarness.boot(options) { guest in
                try guest.waitFor("GNU/Linux, with Linux")
                try guest.waitFor("Linux version 6.1")
            }
            try await isClean
        }
    }

    private func growsToPebibyte(_ guest: Guest) throws {
        try guest.logIn()
        let unit = try guest.run(
            "while systemctl is-active growroot | grep -q activating; do sleep 1; done;"
                + " systemctl is-active growroot; journalctl -b -o cat -u growroot")
        #expect(unit.output.hasPrefix("active"), "\(unit)")
        let size = try guest.run("df --output=size --block-size=1T / | tail -n 1")
        let tebibytes = Int(size.output.filter(\.isNumber)) ?? 0
        #expect(tebibytes > 1020, "\(size) \(unit)")
        try guest.type("sync; systemctl poweroff")
        try guest.waitFor("Power down")
    }
}
