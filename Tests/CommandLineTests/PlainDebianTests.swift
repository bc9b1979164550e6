// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// An installed dibhost does its work where no toolchain is.
@Suite struct PlainDebianTests {
    private static let prefixes: [FilePath] = ["/opt/dibhost", "/srv/moved/here"]

    private static func copyFixtures(to shared: FilePath) throws {
        for path in ["elements", "plugins", "out"] {
            try Command("mkdir", ["-p", "--", shared.appending(path).string]).checkedOutput()
        }
        try Command(
            "cp",
            [
                "-r", BuiltProducts.fixtureElements.appending("tiny-os").string,
                shared.appending("elements").string,
            ]
        ).checkedOutput()
        try BuiltProducts.copyPlugin("Scribe", to: shared.appending("plugins"))
    }

    @Test(arguments: prefixes)
    func anImageIsBuiltByAWorkerThatLoadsAPlugin(prefix: FilePath) throws {
        try TemporaryFolder.with("plain") { folder in
            let debian = try PlainDebian(in: folder)
            try Self.copyFixtures(to: debian.shared)
            let run = try debian.run(
                "disk-image-create",
                [
                    "-n", "-t", "tar,qcow2", "-o", "/srv/out/tiny", "--elements-path",
                    "/srv/elements", "--plugin-dir", "/srv/plugins", "--set",
                    "scribe.work=write /etc/scribe root", "tiny-os", "local-config", "timezone",
                    "scribe",
                ], prefix: prefix)
            #expect(run.status == .exited(0), "\(run.output)")
            for hook in ["62-local-config", "60-timezone", "50-scribe"] {
                #expect(run.output.contains(hook), "\(run.output)")
            }
            let out = debian.shared.appending("out")
            let written = try Command(
                "tar",
                [
                    "--extract", "--to-stdout", "--file", out.appending("tiny.tar").string,
                    "./etc/scribe",
                ]
            ).checkedOutput()
            #expect(written == "written\n")
            try Command("qemu-img", ["check", out.appending("tiny.qcow2").string]).checkedOutput()
        }
    }

    @Test func queriesShowWhatWasInstalled() throws {
        try TemporaryFolder.with("plain") { folder in
            let debian = try PlainDebian(in: folder)
            try Self.copyFixtures(to: debian.shared)
            let compilers = try debian.run("sh", ["-c", "command -v swift cc gcc clang ld"])
            #expect(compilers.output.isEmpty)
            #expect(try debian.run("dibhost", ["--version"]).status == .exited(0))

            let list = try debian.run("dibhost", ["elements", "list"])
            #expect(list.status == .exited(0))
            #expect(list.output.contains("/opt/dibhost/lib/dibhost/plugins/debian.so\n"))
            #expect(list.output.contains("/opt/dibhost/share/dibhost/elements/timezone\n"))
            #expect(!list.output.contains("left out"))

            let plan = try debian.run("dibhost", ["plan", "debian", "vm", "motd-build-info"])
            #expect(plan.status == .exited(0), "\(plan.output)")
            #expect(plan.output.contains("90-motd-build-info"))

            let doctor = try debian.run("dibhost", ["doctor"])
            #expect(doctor.status == .exited(0), "\(doctor.output)")
            #expect(!doctor.output.contains("missing"))
        }
    }

    @Test func everyLibraryThatAnInstalledFileNeedsIsThere() throws {
        try TemporaryFolder.with("plain") { folder in
            let script = """
                find /opt/dibhost -type f | while read -r file; do
                    if [ "$(head -c 4 "$file" | tail -c 3)" = ELF ]; then
                        echo "== $file"
                        ldd "$file"
                    fi
                done
                """
            let run = try PlainDebian(in: folder).run("sh", ["-c", script])
            #expect(run.output.split(separator: "\n").count { $0.hasPrefix("== ") } > 15)
            #expect(!run.output.contains("not found"), "\(run.output)")
        }
    }

    @Test func aCrashIsReportedWithItsLine() throws {
        try TemporaryFolder.with("plain") { folder in
            let debian = try PlainDebian(in: folder)
            try Self.copyFixtures(to: debian.shared)
            let run = try debian.run(
                "dibhost",
                [
                    "-n", "-t", "tar", "-o", "/srv/out/tiny", "--elements-path", "/srv/elements",
                    "--plugin-dir", "/srv/plugins", "--set", "scribe.work=trap", "tiny-os",
                    "scribe",
                ])
            #expect(run.status == .exited(1))
            let place = "(element 'scribe', phase post-root, hook '50-scribe')"
            #expect(run.output.contains(place), "\(run.output)")
            #expect(run.output.contains("ScribeElement.swift:"), "\(run.output)")
        }
    }
}
