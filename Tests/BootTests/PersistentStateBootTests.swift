// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A machine's life: first boot, power cut, another image over the beginning of a disk that has become larger, boot;
/// and a machine whose disk holds something else at the state's place.
struct PersistentStateBootTests {
    /// Where the state begins, in MiB.
    private static let start = 1536
    private static let settings = [
        "persistent-state.paths=/home,/var/lib/app/data,/var/log",
        "persistent-state.system-size=\(start)MiB",
    ]

    /// The image: both tests and all of their disks begin with it.
    private static let image = Result {
        try RunFolder.made("state-image") { folder in
            try TestBuild(in: folder).debianCommand(
                ["vm", "persistent-state"], options: settings.flatMap { ["--set", $0] }
            ).checkedOutput()
        }.appending("out/image.raw")
    }

    /// Writes the image to a new disk of `size` MiB.
    private func makeDisk(_ disk: FilePath, size: Int) throws {
        try Command("cp", ["--sparse=always", try Self.image.get().string, disk.string])
            .checkedOutput()
        try Command("truncate", ["--size", "\(size)M", disk.string]).checkedOutput()
    }

    /// Writes a newer image of the same build over the beginning of the disk, as dd does, and makes the disk larger.
    ///
    /// The file that tells the two apart is written into the root file system.
    private func redeploy(to disk: FilePath, size: Int) throws {
        let folder = disk.removingLastComponent()
        try TextFile.write("the next image\n", to: folder.appending("version"))
        let script = """
            cp --sparse=always "$1" next.raw
            debugfs -w -R 'write version /etc/version' 'next.raw?offset=1048576'
            dd if=next.raw of="$2" bs=1M conv=notrunc status=none
            truncate --size "$3M" "$2"
            """
        var command = Command(
            "sh", ["-euc", script, "sh", try Self.image.get().string, disk.string, String(size)])
        command.workingDirectory = folder
        try command.checkedOutput()
    }

    private static let service = "dibhost-persistent-state.service"

    private func boot(_ disk: FilePath, _ body: (Guest) throws -> Void) throws {
        var options = GuestOptions(disk: disk)
        options.keepsChanges = true
        options.deadline = .seconds(600)
        try BootHarness.boot(options) { guest in
            try guest.logIn()
            try body(guest)
        }
    }

    @Test func stateOutlivesAnotherImageAndGrowsWithTheDisk() throws {
        try TemporaryFolder.with("state", in: BuiltProducts.folder) { folder in
            let disk = folder.appending("disk.raw")
            try makeDisk(disk, size: 2560)
            try boot(disk) { guest in
                let mounts = try guest.run(
                    "findmnt -n -o TARGET,SOURCE,FSTYPE,LABEL -t ext4 | tr -s ' '")
                #expect(
                    mounts.output.split(separator: "\n").map { $0.drop { " |`├└─│-".contains($0) } }
                        == [
                            "/ /dev/vda1 ext4 cloudimg-rootfs",
                            "/var/lib/dibhost/state /dev/vda2 ext4 state",
                            "/home /dev/vda2[/home] ext4 state",
                            "/var/lib/app/data /dev/vda2[/var%lib%app%data] ext4 state",
                            "/var/log /dev/vda2[/var%log] ext4 state",
                        ])
                let log = try guest.run("journalctl -b -o cat -u \(Self.service)")
                #expect(
                    log.output.contains(
                        "persistent state: making ext4 labelled 'state' in partition 2"))
                let order = try guest.run(
                    "systemctl show --property Before --value \(Self.service) | tr ' ' '\\n' | grep -cx local-fs.target"
                )
                #expect(order.output == "1")
                try expectNoFailedUnit(guest)
                let written = try guest.run(
                    "echo of the machine >/home/file; echo of the app >/var/lib/app/data/file;"
                        + " echo global >/etc/version; sync")
                #expect(written.status == 0, "\(written)")
                // The power goes: nothing is unmounted.
            }
            try redeploy(to: disk, size: 3584)
            try boot(disk) { guest in
                let files = try guest.run("cat /home/file /var/lib/app/data/file /etc/version")
                #expect(files.output == "of the machine\nof the app\nthe next image")
                let sizes = try guest.run(
                    "df --output=size -B 1M /home | tail -n 1; blockdev --getsize64 /dev/vda2")
                let numbers = sizes.output.split { $0.isWhitespace }.compactMap { Int($0) }
                #expect(
                    numbers.count == 2 && numbers[0] > 1900 && numbers[1] > 2046 << 20, "\(sizes)")
                let root = try guest.run("sfdisk --dump /dev/vda | grep -c start=")
                #expect(root.output == "2")
                try expectNoFailedUnit(guest)
            }
        }
    }

    @Test func whatLiesThereAlreadyIsLeftAlone() throws {
        try TemporaryFolder.with("state", in: BuiltProducts.folder) { folder in
            let disk = folder.appending("disk.raw")
            try makeDisk(disk, size: 2560)
            try Command(
                "sh",
                [
                    "-euc",
                    "mkfs.ext4 -q -L theirs -E offset=$(($2 << 20)) \"$1\" 900M;"
                        + " dd if=\"$1\" bs=1M skip=\"$2\" status=none | sha256sum >\"$3\"",
                    "sh", disk.string, String(Self.start), folder.appending("before").string,
                ]
            ).checkedOutput()
            try boot(disk) { guest in
                let state = try guest.run("systemctl is-failed \(Self.service)")
                #expect(state.output == "failed")
                let log = try guest.run("journalctl -b -o cat -u \(Self.service)")
                #expect(
                    log.output.contains(
                        "persistent state: at byte \(Self.start << 20) of '/dev/vda' lies ext4 labelled 'theirs',"
                            + " and not ext4 labelled 'state'. Nothing was changed."), "\(log)")
                let written = try guest.run(
                    "touch /home/file /var/lib/app/data/file; touch /root/file && echo root")
                #expect(
                    written.output == """
                        touch: cannot touch '/home/file': Read-only file system
                        touch: cannot touch '/var/lib/app/data/file': Read-only file system
                        root
                        """)
            }
            let after = try Command(
                "sh",
                [
                    "-euc", "dd if=\"$1\" bs=1M skip=\"$2\" status=none | sha256sum", "sh",
                    disk.string,
                    String(Self.start),
                ]
            ).checkedOutput()
            #expect(try TextFile.read(folder.appending("before")) == after)
        }
    }

    private func expectNoFailedUnit(_ guest: Guest) throws {
        let failed = try guest.run("systemctl --failed --no-legend --plain")
        #expect(failed.output.isEmpty, "units failed: \(failed.output)")
    }
}
