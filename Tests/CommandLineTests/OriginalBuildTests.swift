// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Whole builds under the names of the original's programs: their output, files and statuses.
@Suite struct OriginalBuildTests {
    private static let time = #"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \| "#

    private static func with(_ body: (OriginalBuild) throws -> Void) throws {
        try TemporaryFolder.with("original") { folder in
            let original = try OriginalBuild(in: folder)
            try original.build.addElement(
                "talk",
                [
                    "install.d/50-talk":
                        "echo 'to stdout'; echo 'to stderr' >&2; echo '+ set +o nounset'; echo \"${SECRET:-unset}\"",
                    "cleanup.d/90-side": "echo \"$DIB_ARGS\" >\"$IMAGE_NAME.side\"",
                ])
            try original.build.addElement("fails", ["install.d/60-fails": "exit 42"])
            try original.build.addElement("no-final-image", ["README.rst": "No image."])
            try body(original)
        }
    }

    @Test func standardOutputHasEachLineWithItsTime() throws {
        try Self.with { original in
            let run = try original.run(
                "disk-image-create", "-n -t tar -o a.tar tiny-os talk",
                environment: ["IMAGE_ELEMENT": "no-final-image", "SECRET": "seen"])
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(run.errorLines == [])
            let lines = run.output.split(separator: "\n")
            let stamp = try Regex("^\(Self.time)")
            #expect(lines.allSatisfy { $0.firstMatch(of: stamp) != nil })
            let texts = lines.map { String($0.replacing(stamp, with: "")) }
            #expect(texts.contains("to stdout") && texts.contains("to stderr"))
            #expect(texts.contains("seen"))
            #expect(!texts.contains { $0.contains("set +o") })
            #expect(texts.last == "Build completed successfully")
            #expect(try original.text("a.side") == "-n -t tar -o a.tar tiny-os talk\n")
            #expect(
                try Command("test", ["-s", original.build.folder.appending("a.tar").string])
                    .capture().status.isSuccess)
        }
    }

    @Test func aLogFileHasTheOutputInstead() throws {
        try Self.with { original in
            let arguments = "-n --logf build.log tiny-os no-final-image talk"
            try TextFile.write("before\n", to: original.build.folder.appending("build.log"))
            let quiet = try original.run("disk-image-create", arguments)
            #expect(quiet.status == .exited(0), "\(quiet.errorLines)")
            #expect(quiet.output == "the log goes to 'build.log'\n")
            let loud = try original.run(
                "disk-image-create", arguments,
                environment: ["DIB_QUIET": "0", "DIB_NO_TIMESTAMP": "1"])
            let lines = loud.output.split(separator: "\n")
            #expect(lines.contains("to stdout"))
            let log = try original.text("build.log").split(separator: "\n")
            #expect(log.first == "before")
            let spoken = try Regex("^\(Self.time)to stdout$")
            #expect(log.count { $0.wholeMatch(of: spoken) != nil } == 2)
        }
    }

    @Test func aFailedBuildEndsWithTheStatusOfItsHook() throws {
        try Self.with { original in
            let run = try original.run(
                "disk-image-create", "-n --logfile build.log tiny-os no-final-image fails")
            #expect(run.status == .exited(42))
            #expect(
                run.errorLines == [
                    "dibhost: error: hook '60-fails' failed: exit status 42 "
                        + "(element 'fails', phase install, hook '60-fails')"
                ])
            #expect(try original.text("build.log").contains("| error: hook '60-fails' failed"))
        }
    }

    @Test func aClearedEnvironmentIsHiddenFromHooks() throws {
        try Self.with { original in
            let paths =
                "--elements-path \(original.build.elements):\(BuiltProducts.fixtureElements)"
            let run = try original.run(
                "disk-image-create", "-c \(paths) -n tiny-os no-final-image talk",
                environment: ["SECRET": "seen", "IMAGE_ELEMENT": "nowhere", "IMAGE_NAME": "hidden"])
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(run.output.contains("| unset\n"))
            #expect(!run.output.contains("seen"))
            #expect(try original.text("image.side").contains("no-final-image"))
        }
    }

    @Test func aRamdiskHasItsElementFirstAndNoImage() throws {
        try Self.with { original in
            try original.build.addElement(
                "ramdisk",
                [
                    "cleanup.d/95-ramdisk":
                        "echo \"$IMAGE_ELEMENT/$RAMDISK_ELEMENT\" >\"$IMAGE_NAME.initramfs\""
                ])
            let run = try original.run("ramdisk-image-create", "-n -o deploy tiny-os")
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(try original.text("deploy.initramfs") == "ramdisk tiny-os/ramdisk\n")
            let files = try FolderListing.entries(of: original.build.folder).map(\.name)
            #expect(!files.contains { $0.hasSuffix(".qcow2") })
        }
    }

    @Test func definitionsAreBuiltOneAfterTheOther() throws {
        try Self.with { original in
            let definitions = """
                - imagename: first
                  skip-base: true
                  elements: [tiny-os, no-final-image, fails]
                - imagename: second
                  skip-base: true
                  environment: {SECRET: "a b"}
                  elements: [tiny-os, no-final-image, talk]

                """
            try TextFile.write(definitions, to: original.build.folder.appending("i.yaml"))
            let all = try original.run("diskimage-builder", "i.yaml")
            #expect(all.status == .exited(1))
            #expect(all.output.contains("| a b\n"))
            #expect(
                all.errorLines == [
                    "disk-image-create -o first -n tiny-os no-final-image fails", "",
                    "dibhost: error: hook '60-fails' failed: exit status 42 "
                        + "(element 'fails', phase install, hook '60-fails')",
                    "SECRET='a b' disk-image-create -o second -n tiny-os no-final-image talk", "",
                ])
            #expect(
                try original.text("second.side") == "-o second -n tiny-os no-final-image talk\n")

            let stopped = try original.run("diskimage-builder", "--stop i.yaml")
            #expect(stopped.status == .exited(1))
            #expect(!stopped.output.contains("| a b\n"))
            let dry = try original.run("diskimage-builder", "--dry-run i.yaml")
            #expect(dry.status == .exited(0))
            #expect(dry.output == "" && dry.errorLines.count == 4)
            try TextFile.write("- elements: x\n", to: original.build.folder.appending("i.yaml"))
            #expect(try original.run("diskimage-builder", "i.yaml").status == .exited(1))
        }
    }
}
