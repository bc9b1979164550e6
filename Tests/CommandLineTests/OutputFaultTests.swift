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
    @Test(arguments: [
        OutputFormat.tgz, .tarXz, .squashfs, .erofs, .cpio, .docker, .oci, .vhd, .vhdx,
    ])
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

    @Test func aFullDiskEndsTheBuildWithoutAnyOutput() throws {
        try TemporaryFolder.with("full-output") { folder in
            let build = try TestBuild(in: folder)
            let plain = build.command(
                ["tiny-os"], formats: "tar.zst,squashfs,cpio", options: ["-n", "--manifest"],
                environment: ["TINY_OS_FILL": "8"])
            // An output folder of 1 MiB, in a mount namespace of its own; what is left in it is listed there.
            let script = """
                mount -t tmpfs -o size=1m none "$OUT"
                "$0" "$@" && exit 99
                status=$?
                echo "left: [$(ls -A "$OUT")]" >&2
                exit $status
                """
            let command = Command(
                "unshare", ["--mount", "sh", "-c", script, plain.program] + plain.arguments,
                environment: (plain.environment ?? [:]).merging(["OUT": build.output.string]) { $1 }
            )
            let result = try command.capture()
            #expect(result.status == .exited(1))
            let text = result.errorLines.joined(separator: "\n")
            #expect(text.contains("No space left on device"), "\(text)")
            #expect(text.contains("left: []"), "\(text)")
            #expect(try build.leftovers() == [])
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
