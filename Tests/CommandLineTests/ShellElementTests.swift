// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The project's shell elements, run on a tiny operating system and read back from the tar.
struct ShellElementTests {
    /// Builds a tar with some elements and returns the texts of `files`; nil stands for a missing one.
    private func build(
        _ elements: [String], environment: [String: String] = [:], files: [String],
        extra: [String: [String: String]] = [:]
    ) throws -> [String: String] {
        try TemporaryFolder.with("elements") { folder in
            let build = try TestBuild(in: folder)
            for (name, scripts) in extra { try build.addElement(name, scripts) }
            let command = build.command(
                ["tiny-os"] + elements, formats: "tar", options: ["-n"], environment: environment)
            let captured = try command.capture()
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            let tree = folder.appending("unpacked")
            try Command("mkdir", [tree.string]).checkedOutput()
            let tar = build.output.appending("image.tar")
            try Command("tar", ["-xf", tar.string, "-C", tree.string]).checkedOutput()
            var texts: [String: String] = [:]
            for file in files {
                let path = tree.appending(file)
                let found = try Command("find", [path.string, "-type", "f"]).capture()
                if found.status.isSuccess, !found.output.isEmpty {
                    texts[file] = try TextFile.read(path)
                }
            }
            return texts
        }
    }

    @Test func sysctlTuningWritesSettingsAndModules() throws {
        let texts = try build(
            ["sysctl-tuning"],
            environment: [
                "DIB_SYSCTL": "vm.swappiness=5; net.core.somaxconn = 4096;",
                "DIB_MODULES_LOAD": "br_netfilter  tcp_bbr",
            ], files: ["etc/sysctl.d/60-image.conf", "etc/modules-load.d/image.conf"])
        #expect(
            texts["etc/sysctl.d/60-image.conf"]
                == "vm.swappiness = 5\nnet.core.somaxconn = 4096\n")
        #expect(texts["etc/modules-load.d/image.conf"] == "br_netfilter\ntcp_bbr\n")
    }

    @Test func serialAutologinServesEachConsole() throws {
        let folder = "etc/systemd/system/serial-getty@"
        let files = [
            "\(folder)ttyS0.service.d/autologin.conf", "\(folder)hvc0.service.d/autologin.conf",
        ]
        let texts = try build(
            ["serial-autologin"], environment: ["DIB_SERIAL_CONSOLES": "ttyS0 hvc0"], files: files)
        for file in files {
            #expect(texts[file]?.contains("ExecStart=-/sbin/agetty --autologin root") == true)
        }
    }

    @Test func timezoneRefusesAZoneThatTheImageDoesNotHave() throws {
        try TemporaryFolder.with("timezone") { folder in
            let build = try TestBuild(in: folder)
            let captured = try build.command(
                ["tiny-os", "timezone"], formats: "tar", options: ["-n"],
                environment: ["DIB_TIMEZONE": "Europe/Atlantis"]
            ).capture()
            #expect(captured.status == .exited(1))
            #expect(captured.errorLines.contains { $0.contains("no zone 'Europe/Atlantis'") })
        }
        let texts = try build(["timezone"], files: ["etc/timezone"])
        #expect(texts["etc/timezone"] == "Etc/UTC\n")
    }

    @Test func slimDocsLeavesCopyrightFilesAlone() throws {
        let texts = try build(
            ["slim-docs", "documented"], environment: [:],
            files: [
                "usr/share/doc/x/copyright", "usr/share/doc/x/README", "usr/share/man/man1/x.1",
                "usr/share/locale/de/LC_MESSAGES/x.mo",
            ],
            extra: [
                "documented": [
                    "install.d/50-docs": """
                    cd /usr/share; mkdir -p doc/x man/man1 locale/de/LC_MESSAGES
                    touch doc/x/README man/man1/x.1 locale/de/LC_MESSAGES/x.mo
                    echo free >doc/x/copyright
                    """
                ]
            ])
        #expect(texts == ["usr/share/doc/x/copyright": "free\n"])
    }

    @Test func hooksOfShellAndNativeElementsRunInOneOrder() throws {
        try TemporaryFolder.with("order") { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
            let look = "ls /from-the-hook 2>/dev/null || echo nothing yet"
            try build.addElement(
                "shell",
                [
                    "install.d/49-before": look, "install.d/50-after": look,
                    "install.d/50-a-before": look,
                ])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "shell", "misbehaving"], options: ["-n"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let names = outcome.events.compactMap { event -> String? in
                guard case .stepStarted(_, _, let step) = event, step.phase == .install else {
                    return nil
                }
                return step.name
            }
            #expect(names == ["49-before", "50-a-before", "50-after", "50-misbehaving"])
        }
    }

    @Test func aHookThatAddsAHookIsReportedWithIt() throws {
        try TemporaryFolder.with("added") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "adder",
                [
                    "extra-data.d/10-add": """
                    mkdir -p "$TMP_HOOKS_PATH/post-install.d"
                    printf '#!/bin/bash\\necho I was added\\n' >"$TMP_HOOKS_PATH/post-install.d/50-new"
                    chmod +x "$TMP_HOOKS_PATH/post-install.d/50-new"
                    """
                ])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "adder"], options: ["-n"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let added = outcome.events.contains { event in
                if case .stepAdded(let step, _) = event { step.name == "50-new" } else { false }
            }
            #expect(added)
            #expect(outcome.events.contains(.output(line: "I was added")))
        }
    }

    @Test func theLastHooksWorkOnTheMountedImage() throws {
        try TemporaryFolder.with("mounted") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "late",
                [
                    "finalise.d/50-late":
                        "echo $IMAGE_BLOCK_DEVICE >/etc/device; echo late >/etc/late",
                    "cleanup.d/50-late": "[ \"$TARGET_ROOT\" = \"$TMP_MOUNT_PATH\" ]",
                ])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "late"], formats: "raw,tar", options: ["-n"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let image = build.output.appending("image.raw").string
            try Command("e2fsck", ["-fn", image]).checkedOutput()
            let text = try Command("debugfs", ["-R", "cat /etc/device", image]).checkedOutput()
            #expect(text.hasPrefix("/dev/loop"))
            let late = try Command(
                "tar", ["-xOf", build.output.appending("image.tar").string, "./etc/late"]
            ).checkedOutput()
            #expect(late == "late\n")
            #expect(try build.leftovers() == [])
        }
    }
}
