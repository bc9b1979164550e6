// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The script of persistent-state at work on loop devices, through the life of a machine.
struct StateDiskTests {
    /// What an image brings at the paths.
    private static let contents = """
        echo 'of the image' > home/file
        ln home/file home/second-name
        setfattr -n user.note -v kept home/file
        chown 1000:1001 home
        chmod 2750 home
        truncate -s 1G srv/sparse
        """

    /// All that is to be kept of a folder: names, modes, owners, contents, attributes.
    private static let listing = """
        list() {
            (
                cd "$1"
                find . -printf '%p %y %m %U:%G\\n' | sort
                find . -type f -printf '%p %n %s\\n' | sort
                getfattr --dump file
                cat file
            )
        }
        """

    @Test(arguments: [
        ("gpt", "ext4", 512), ("gpt", "ext4", 4096), ("dos", "xfs", 512),
    ])
    func theStateOutlivesDeployments(table: String, fileSystem: String, blockSize: Int) throws {
        try TemporaryFolder.with("state") { folder in
            var state = try StateDisk(in: folder, fileSystem: fileSystem)
            state.blockSize = blockSize
            let size = fileSystem == "xfs" ? 400 : 80
            try state.makeImage(table: table, diskSize: size)
            try #require(state.shell(Self.contents).status == .exited(0))
            let first = try state.attached(
                """
                \(Self.listing)
                list home > before
                start
                list home | diff before -
                test "$(stat -c %b srv/sparse)" -lt 100
                findmnt --noheadings --output FSTYPE,LABEL home
                echo 'of the machine' > home/data
                start
                """)
            #expect(first.status == .exited(0), "\(first.lines)")
            #expect(first.output.contains("\(fileSystem)"))
            #expect(try state.table().last?.prefix(1) == ["\((24 << 20) / blockSize)"])

            // Another image over the beginning, which brings other contents, and a larger disk.
            try state.shell(
                "echo 'of the next image' > home/file; truncate --size \(size * 2)M disk")
            try state.deploy()
            #expect(try state.table().count == 1)
            let second = try state.attached(
                "start; cat home/file home/data; df --output=size -B 1M home | tail -n 1")
            #expect(second.status == .exited(0), "\(second.lines)")
            #expect(second.output.hasPrefix("of the image\nof the machine\n"))
            let entry = try #require(try state.table().last).compactMap { Int($0) }
            #expect((entry[0] + entry[1]) * blockSize > (size * 2 - 2) << 20)
            // Growing ext4 while it is mounted takes a right that not every root has; BootTests see it grow.
            if fileSystem == "xfs" {
                let found = second.output.split { $0.isWhitespace }.last.flatMap { Int($0) }
                #expect(found ?? 0 > size)
            }
            let third = try state.attached("start; cat home/data")
            #expect(third.output == "of the machine\n", "\(third.lines)")
        }
    }

    @Test func aFailureMakesThePathsReadOnlyAndTouchesNothing() throws {
        try TemporaryFolder.with("state") { folder in
            let state = try StateDisk(in: folder)
            try state.makeImage(table: "gpt", diskSize: 64)
            try state.shell(
                "\(Self.contents); mke2fs -q -L theirs -E offset=25165824 disk 20M;"
                    + " cp --sparse=always disk before")
            let outcome = try state.attached(
                """
                if start; then exit 9; fi
                cat home/file
                if touch home/new srv/new; then exit 9; fi
                """)
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            #expect(outcome.output == "of the image\n")
            #expect(
                outcome.lines.contains(
                    "persistent state: the state is not there, so what the image has is read-only:"
                        + " \(state.paths)"))
            #expect(try state.shell("cmp disk before").status == .exited(0))
        }
    }

    @Test func pathsThatLieInOneAnotherAreNotHiddenByEachOther() throws {
        try TemporaryFolder.with("state") { folder in
            let state = try StateDisk(in: folder)
            try state.makeImage(table: "gpt", diskSize: 64)
            #expect(try state.attached("start").status == .exited(0))
            // A later image keeps a folder inside of one that the state has, or around it.
            for (paths, problem) in [("home/inner", "around"), ("", "inside of")] {
                try state.shell(
                    "mkdir -p home/inner; sed -i 's|^PATHS=.*|PATHS=\"'$PWD/\(paths)'\"|; s|/\"$|\"|' note"
                )
                let outcome = try state.attached("start")
                #expect(outcome.status == .exited(1))
                #expect(
                    outcome.lines.contains { $0.contains("home', \(problem) '") },
                    "\(outcome.lines)")
            }
        }
    }
}
