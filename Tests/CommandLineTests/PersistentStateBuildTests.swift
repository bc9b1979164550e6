// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Builds with the element persistent-state, and what its script says to their images.
struct PersistentStateBuildTests {
    /// Puts programs with the names that the script needs into tiny-os, and a systemd.
    private static let system = """
        for name in sfdisk addpart resizepart blkid blockdev findmnt mountpoint mkfs.ext4 fsck.ext4 resize2fs; do
            [ -e "/usr/bin/$name" ] || ln -s busybox "/usr/bin/$name"
        done
        mkdir -p /usr/lib/systemd
        : >/usr/lib/systemd/systemd
        """

    private func with(
        _ settings: [String], fill: Int = 1, _ body: (TestBuild, EventStream.Outcome) throws -> Void
    ) throws {
        try TemporaryFolder.with("state-build") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("disk", ["element-provides": "block-device"])
            try build.addElement("system", ["install.d/50-system": Self.system])
            let options = settings.flatMap { ["--set", "persistent-state.\($0)"] }
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os", "disk", "system", "persistent-state"], options: ["-n"] + options,
                    environment: ["TINY_OS_FILL": String(fill)]))
            try body(build, outcome)
            #expect(try build.leftovers() == [])
        }
    }

    /// What the script in the repository says to the image with the note of the image, on a disk of that many MiB.
    private func decision(_ build: TestBuild, diskSize: Int) throws -> String {
        let script = """
            cp --sparse=always "$1/out/image.raw" "$1/disk"
            debugfs -R 'cat /etc/dibhost/persistent-state' "$1/disk?offset=1048576" >"$1/note" 2>/dev/null
            truncate --size "$2M" "$1/disk"
            "$3" --note "$1/note" --disk "$1/disk" decide
            """
        return try Command(
            "sh",
            ["-euc", script, "sh", build.folder.string, String(diskSize), StateDisk.script]
        ).checkedOutput()
    }

    @Test func anImageEndsBeforeTheStateAndDoesNotHoldIt() throws {
        try with(["system-size=64MiB", "paths=/home,/var/lib/app"]) { build, outcome in
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let image = build.output.appending("image.raw")
            #expect(try image.stat().size <= 64 << 20)
            let table = try Command("sfdisk", ["--dump", image.string]).checkedOutput()
            #expect(table.matches(of: /start=/).count == 1)
            #expect(try decision(build, diskSize: 256) == "make\n")
        }
    }

    @Test func theBuildCanMakeThePartition() throws {
        try with(["system-size=64MiB", "create=build"]) { build, outcome in
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let image = build.output.appending("image.raw").string
            let table = try Command("sfdisk", ["--dump", image]).checkedOutput()
            let places = table.matches(of: /start= *([0-9]+), size= *([0-9]+)/)
                .map { "\($0.1) \($0.2)" }
            #expect(places == ["2048 30720", "131072 131072"])
            let found = try Command(
                "blkid",
                [
                    "--probe", "--offset", "\(64 << 20)", "--output", "value", "-s", "TYPE", "-s",
                    "LABEL", image,
                ]
            )
            .checkedOutput()
            #expect(found == "state\next4\n")
            #expect(try decision(build, diskSize: 128) == "keep\n")
            #expect(try decision(build, diskSize: 256) == "grow\n")
        }
    }

    @Test func anImageThatWouldReachTheStateIsRefused() throws {
        try with(["system-size=24MiB"], fill: 32) { build, outcome in
            let outputs = try build.outputs()
            guard case .buildFailed(let error) = outcome.events.last else {
                Issue.record("\(outcome.lines)")
                return
            }
            #expect(error.message.hasPrefix("disk 'image0' needs "))
            #expect(
                error.message.contains(
                    " MiB, and the disk layout that element 'persistent-state' made allows 24 MiB"))
            #expect(outputs == [])
        }
    }

    @Test func badParametersAreRefusedBeforeAnythingIsDone() throws {
        try with(["paths=/home,/home/ann"]) { build, outcome in
            #expect(outcome.status == .exited(2))
            let outputs = try build.outputs()
            guard case .buildFailed(let error) = outcome.events.last else {
                Issue.record("\(outcome.lines)")
                return
            }
            #expect(error.message == "parameter 'paths': '/home/ann' lies inside of '/home'")
            #expect(error.hint == "'/home' alone keeps both.")
            let begun = outcome.events.compactMap { event in
                if case .stepStarted(_, _, let step) = event { step.name } else { nil }
            }
            #expect(begun == ["make workspace", "assemble hooks", "50-persistent-state"])
            #expect(outputs == [])
        }
    }
}
