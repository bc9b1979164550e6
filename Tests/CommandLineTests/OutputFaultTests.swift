// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Outputs that cannot be finished: a clear error or a killed build, and never a part of an output.
@Suite(.serialized) struct OutputFaultTests {
    /// The file system of the raw output is for KillTests.
    @Test(arguments: OutputFormat.images.filter { $0 != .raw })
    func aBuildKilledDuringAFormatLeavesNoOutput(format: OutputFormat) throws {
        try TemporaryFolder.with("kill-format") { folder in
            let build = try TestBuild(in: folder)
            let command = build.command(
                ["tiny-os"], formats: format.rawValue, options: ["-n"],
                environment: ["TINY_OS_FILL": "24"])
            var isReached = false
            let outcome = try EventStream.run(command) { event in
                guard case .stepStarted(_, _, let step) = event, step == .output(format) else {
                    return false
                }
                isReached = true
                return true
            }
            #expect(isReached, "\(outcome.lines.suffix(10))")
            #expect(outcome.status == .signalled(9))
            #expect(try build.leftovers() == [])
            #expect(try build.outputs().allSatisfy { $0.hasPrefix(".") })
            var collect = build.command([])
            collect.arguments = ["gc"]
            try collect.checkedOutput()
            #expect(try build.outputs().allSatisfy { !$0.hasPrefix(".") })
        }
    }

    /// Runs dibhost in a mount namespace of its own, after `mounting`, and appends what is left in the output folder.
    private func run(
        _ build: TestBuild, _ formats: [OutputFormat], options: [String] = [],
        environment: [String: String] = [:], mounting: String
    ) throws -> (status: LinuxSystem.ExitStatus, text: String) {
        let plain = build.command(
            ["tiny-os"], formats: formats.map(\.rawValue).joined(separator: ","),
            options: ["-n"] + options,
            environment: ["TINY_OS_FILL": "8", "OUT": build.output.string]
                .merging(environment) { $1 })
        let script = """
            set -e; \(mounting); set +e
            "$0" "$@"; status=$?
            echo "left: [$(ls -A "$OUT" "$TMP_DIR" | grep -v : | tr -d '\\n')]" >&2; exit $status
            """
        let result = try Command(
            "unshare", ["--mount", "sh", "-c", script, plain.program] + plain.arguments,
            environment: plain.environment
        ).capture()
        return (result.status, result.errorLines.joined(separator: "\n"))
    }

    @Test(arguments: OutputFormat.images)
    func aFullDiskEndsTheBuildWithoutAnyOutput(format: OutputFormat) throws {
        try TemporaryFolder.with("full-output") { folder in
            let build = try TestBuild(in: folder)
            let (status, text) = try run(
                build, [format], mounting: "mount -t tmpfs -o size=1m none \"$OUT\"")
            #expect(status == .exited(1))
            let name =
                format == .raw
                ? "the ext4 of 'mkfs_root'" : "'\(build.output)/image.\(format.fileExtension)'"
            #expect(text.contains("dibhost: error: cannot write \(name): "), "\(text)")
            // qemu-img has another word for it where it compresses.
            let reasons = ["No space left on device", "Invalid argument"]
            #expect(reasons.contains { text.contains($0) }, "\(text)")
            // mkfs.erofs removes what it has written before it ends.
            let hint = "hint: Free space: the disk of '\(build.output)' is full."
            #expect(format == .erofs || text.contains(hint), "\(text)")
            #expect(text.contains("left: []"), "\(text)")
            #expect(try build.leftovers() == [])
        }
    }

    @Test(arguments: [
        (FileSystemType.ext4, "40m", "cannot put '/var/fill/data' into the file system"),
        (.xfs, "40m", "'mkfs.xfs' failed"), (.btrfs, "24m", ""),
    ])
    func aFullScratchFolderEndsTheBuild(
        type: FileSystemType, size: String, reason: String
    ) throws {
        try TemporaryFolder.with("full-scratch") { folder in
            let build = try TestBuild(in: folder)
            let (status, text) = try run(
                build, [.qcow2], options: ["--no-tmpfs"],
                environment: [
                    "FS_TYPE": type.rawValue, "TINY_OS_FILL": size == "24m" ? "8" : "20",
                ],
                mounting: "mount -t tmpfs -o size=\(size) none \"$TMP_DIR\"")
            #expect(status == .exited(1))
            #expect(
                text.contains("cannot write the \(type) of 'mkfs_root': \(reason)"), "\(text)")
            #expect(text.contains("/image' is full."), "\(text)")
            #expect(text.contains("left: []"), "\(text)")
            #expect(try build.leftovers() == [])
        }
    }

    @Test func aReadOnlyFolderIsRefusedForAllFormats() throws {
        try TemporaryFolder.with("read-only") { folder in
            let build = try TestBuild(in: folder)
            for variable in ["OUT", "TMP_DIR"] {
                let (status, text) = try run(
                    build, OutputFormat.images,
                    mounting: """
                        mount --bind "$\(variable)" "$\(variable)"
                        mount -o remount,bind,ro "$\(variable)"
                        """)
                let (what, path) =
                    variable == "OUT" ? ("output", build.output) : ("scratch", build.scratch)
                #expect(status == .exited(2))
                #expect(
                    text.contains(
                        "dibhost: error: \(what) folder '\(path)' lies on a read-only file system"),
                    "\(text)")
                #expect(text.contains("left: []"), "\(text)")
            }
            #expect(try build.leftovers() == [])
        }
    }

    /// What is done to the loop device, or to the image behind it, while its file system is filled.
    ///
    /// To XFS it takes the kernel half a minute of attempts until it gives up, hence btrfs.
    @Test(arguments: [
        ("truncate -s 0 \"$image\"", false), ("losetup -d \"$device\"", true),
    ])
    func aLoopDeviceThatIsTakenAwayIsNoticed(script: String, goesOn: Bool) throws {
        try TemporaryFolder.with("vanished") { folder in
            let build = try TestBuild(in: folder)
            var answer = ""
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os"], options: ["-n"],
                    environment: ["TINY_OS_FILL": "200", "FS_TYPE": "btrfs"])
            ) { event in
                guard case .stepStarted(_, _, let step) = event,
                    step.name == HostStep.writeFileSystem.rawValue
                else { return false }
                let wait = """
                    for i in $(seq 500); do
                        set -- $(losetup -nlO NAME,BACK-FILE | grep -F "$0")
                        [ $# -lt 2 ] || break
                    done
                    device=$1 image=$2; \(script) && echo done
                    """
                let result = try? Command("sh", ["-c", wait, folder.string]).capture()
                answer = result?.output ?? ""
                return false
            }
            #expect(answer == "done\n")
            #expect(outcome.status == .exited(goesOn ? 0 : 1), "\(outcome.lines)")
            let text = outcome.lines.joined(separator: "\n")
            #expect(
                goesOn || text.contains("' was cut short while its file system was mounted"),
                "\(text)")
            #expect(try build.outputs() == (goesOn ? ["image.raw"] : []))
            #expect(try build.leftovers() == [])
            guard goesOn else { return }
            let image = build.output.appending("image.raw").string
            try Command("btrfs", ["check", "--readonly", "--check-data-csum", image])
                .checkedOutput()
        }
    }

    @Test func aFileThatAFormatCannotHoldEndsTheBuildBeforeOutputsAreWritten() throws {
        try TemporaryFolder.with("too-large") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "large", ["extra-data.d/50-large": "truncate -s 5G \"$TMP_MOUNT_PATH/large\""])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "large"], formats: "tar,cpio", options: ["-n"]))
            #expect(outcome.status == .exited(1))
            let text = outcome.lines.joined(separator: "\n")
            #expect(text.contains("'/large' of the tree is too large for a cpio"), "\(text)")
            #expect(!text.contains("write tar"), "\(text)")
            #expect(try build.outputs() == [])
        }
    }
}
