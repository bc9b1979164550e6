// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Elements that change the disk layout while a build runs, through the whole program.
struct LayoutEditTests {
    /// A build of tiny-os on an MBR with the element `partitioner`, which does `work`.
    private struct Edit {
        let build: TestBuild
        var elements = ["tiny-os", "disk", "partitioner"]
        var options = ["-n"]
        var environment: [String: String] = [:]

        static func with(
            _ work: String, _ body: (inout Edit) throws -> Void
        ) throws {
            try TemporaryFolder.with("layout-edit") { folder in
                let build = try TestBuild(in: folder)
                try BuiltProducts.copyPlugin("Partitioner", to: build.plugins)
                try build.addElement("disk", ["element-provides": "block-device"])
                var edit = Edit(build: build)
                edit.options += ["--set", "partitioner.work=\(work)"]
                try body(&edit)
                #expect(try build.leftovers() == [])
            }
        }

        func command(formats: String = "raw") -> Command {
            build.command(
                elements, formats: formats, options: options, environment: environment)
        }

        func run() throws -> EventStream.Outcome { try EventStream.run(command()) }

        func failure() throws -> BuildError? {
            let outcome = try run()
            #expect(try build.outputs() == [])
            guard case .buildFailed(let error) = outcome.events.last else { return nil }
            return error
        }

        var image: String { build.output.appending("image.raw").string }

        func text(_ path: String, at offset: Int) throws -> String {
            try Command("debugfs", ["-R", "cat \(path)", "\(image)?offset=\(offset)"])
                .checkedOutput()
        }
    }

    @Test func theDiskIsWhatTheElementMadeOfTheLayout() throws {
        try Edit.with("show,size-at / auto,add logs 16 ext4 logs /var/log,label / other") { edit in
            edit.options.append("--manifest")
            let outcome = try edit.run()
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            for line in [
                "layout: image0 root, root: ext4 cloudimg-rootfs",
                "element 'partitioner' changed the disk layout",
            ] {
                #expect(outcome.events.contains(.message(level: .info, text: line)))
            }
            let added = outcome.events.compactMap { event in
                if case .stepAdded(let step, "50-partitioner") = event { step.name } else { nil }
            }
            #expect(added == ["write mount table"])
            let table = try Command("sfdisk", ["--dump", edit.image]).checkedOutput()
            let places = table.matches(of: /start= *([0-9]+), size= *([0-9]+)/)
                .map { [Int($0.1) ?? 0, Int($0.2) ?? 0] }
            let root = try #require(places.first)
            let logs = try #require(places.last)
            #expect(root[0] == 2048 && logs == [root[0] + root[1], 32768])
            // As large as its files need: a share of ten percent is free.
            #expect(root[1] * 512 < 40 << 20)
            let mounts = try edit.text("/etc/fstab", at: 1 << 20)
            #expect(mounts == "LABEL=logs /var/log ext4 defaults 0 2\n")
            let label = Command(
                "blkid", ["-p", "-O", "\(1 << 20)", "-o", "value", "-s", "LABEL", edit.image])
            #expect(try label.checkedOutput() == "other\n")
            try Command("e2fsck", ["-fn", "\(edit.image)?offset=\(logs[0] * 512)"]).checkedOutput()
            let manifest = try TextFile.read(edit.build.output.appending("image.manifest.json"))
            #expect(manifest.contains("\"editors\" : [\n      \"partitioner\"\n    ]"))
            #expect(manifest.contains("\"label\" : \"other\""))
        }
    }

    @Test func laterHooksOfBothKindsSeeTheNewRoot() throws {
        try Edit.with("label / other,type / xfs") { edit in
            try edit.build.addElement(
                "late",
                [
                    "post-root.d/50-before": "echo \"$DIB_ROOT_LABEL $DIB_ROOT_FSTYPE\"",
                    "block-device.d/60-after": "echo \"$DIB_ROOT_LABEL $DIB_ROOT_FSTYPE\"",
                ])
            let code = """
                #include <stdint.h>
                int32_t tell(void (*log)(int32_t, const char *), const char *label) { log(1, label); return 0; }
                """
            let manifest = TestPlugin.manifest(
                "witness",
                """
                "phases": {"finalise": {"order": 50, "symbol": "tell",
                "signature": "i32(fn(i32,str)->void,str)", "arguments": ["host.log", "build.root-label"]}}
                """)
            try TestPlugin.write(
                manifest, to: edit.build.plugins.appending("witness.so"), code: code)
            edit.elements += ["late", "witness"]
            let outcome = try edit.run()
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let said = outcome.events.compactMap { event in
                if case .output(let line) = event { line } else { nil }
            }
            #expect(
                said.filter { $0.contains("other") || $0.contains("cloudimg-rootfs") }
                    == ["cloudimg-rootfs ext4", "other xfs"])
            #expect(outcome.events.contains(.message(level: .info, text: "other")))
        }
    }

    @Test func aDiskThatAnElementAddsIsAnOutputOfItsOwn() throws {
        try Edit.with("disk logs /var/log") { edit in
            let outcome = try edit.run()
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            #expect(try edit.build.outputs() == ["image-logs.raw", "image.raw"])
            let image = edit.build.output.appending("image-logs.raw").string
            try Command("e2fsck", ["-fn", image]).checkedOutput()
        }
    }

    @Test func aPluginInCChangesTheTextItself() throws {
        try Edit.with("show") { edit in
            let source = """
                #include "dib_element.h"
                #include <string.h>
                DIB_MANIFEST("manifest.json");
                static const dib_host *host;
                static int32_t create(const dib_host *services, void **element, dib_error *error) {
                    (void)element, (void)error;
                    host = services;
                    return 0;
                }
                static int32_t edit(void *element, dib_error *error) {
                    (void)element, (void)error;
                    static char text[4096];
                    if (!DIB_HAS(host, set_disk_layout)) return 1;
                    strncpy(text, host->disk_layout(host->state), sizeof text - 1);
                    char *label = strstr(text, "cloudimg-rootfs");
                    if (!label) return 2;
                    memcpy(label, "plugin-in-ccccc", 15);
                    return host->set_disk_layout(host->state, text);
                }
                static const dib_hook hooks[] = {{sizeof(dib_hook), DIB_PHASE_BLOCK_DEVICE, edit}};
                static const dib_element table = {
                    sizeof(dib_element), DIB_ABI, "in-c", create, 1, sizeof(dib_hook), hooks, 0};
                const dib_element *dib_element_v1(const dib_host *services) {
                    return services->abi == DIB_ABI ? &table : 0;
                }
                """
            let home = edit.build.folder.appending("in-c")
            try TextFile.write(source, to: home.appending("in-c.c"))
            try TextFile.write(
                TestPlugin.manifest("in-c", #""phases": {"block-device": {"order": 10}}"#),
                to: home.appending("manifest.json"))
            var compiler = Command("cc", ["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"])
            let include = BuiltProducts.repository.appending("Sources/CElement/include").string
            compiler.arguments += [
                "-I", include, "in-c.c", "-o", edit.build.plugins.appending("in-c.so").string,
            ]
            compiler.workingDirectory = home
            try compiler.checkedOutput()
            edit.elements.append("in-c")
            let outcome = try edit.run()
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let line = "layout: image0 root, root: ext4 plugin-in-ccccc"
            #expect(outcome.events.contains(.message(level: .info, text: line)))
        }
    }

    // MARK: Refusals

    @Test func aLayoutThatCannotBeBuiltIsAnErrorOfItsElement() throws {
        try Edit.with("add logs 8 ext4 logs /var/log") { edit in
            let error = try edit.failure()
            #expect(
                error?.message == "disk layout 'partitioner:3': partition 'logs' gets no room:"
                    + " 'root' before it takes all that is left")
            #expect(error?.hint == "Give 'root' a size, or put it last.")
            #expect(
                error?.location
                    == .init(
                        element: "partitioner", phase: "block-device", hook: "50-partitioner"))
        }
    }

    @Test func aHookThatFailsChangesNothing() throws {
        try Edit.with("label / other,fail") { edit in
            let error = try edit.failure()
            #expect(error?.message == "told to fail")
        }
    }

    @Test func aProgramThatOnlyTheNewLayoutNeedsIsMissedWithItsPackage() throws {
        try Edit.with("label / short,type / xfs") { edit in
            var command = edit.command()
            let hide = "mount --bind /dev/null \"$(command -v mkfs.xfs)\" && exec \"$@\""
            command.arguments =
                ["--mount", "--", "sh", "-c", hide, "sh", command.program] + command.arguments
            command.program = "unshare"
            let run = try command.capture()
            #expect(run.status == .exited(1))
            let error = run.errorLines.drop { !$0.hasPrefix("dibhost: error:") }
            #expect(
                error.first == "dibhost: error: missing program 'mkfs.xfs' (element 'partitioner',"
                    + " phase block-device, hook '50-partitioner')")
            #expect(error.last == "  hint: Run 'apt-get install xfsprogs'.")
        }
    }

    @Test(arguments: [
        (
            "label / other",
            "the hook brings a disk of its own, and element 'partitioner' changed the disk layout"
        ),
        ("show", "the hook brings a disk of its own, which cannot be built yet"),
    ])
    func aShellHookWithADiskOfItsOwnIsRefused(work: String, message: String) throws {
        try Edit.with(work) { edit in
            try edit.build.addElement(
                "own", ["block-device.d/90-own": "echo IMAGE_BLOCK_DEVICE=/dev/loop7"])
            edit.elements.append("own")
            let error = try edit.failure()
            #expect(error?.message == message + ": 'IMAGE_BLOCK_DEVICE=/dev/loop7'")
            #expect(
                error?.location == .init(element: "own", phase: "block-device", hook: "90-own"))
        }
    }

    @Test func aPlanMarksWhoMayChangeTheLayout() throws {
        try Edit.with("show") { edit in
            var command = edit.command()
            command.arguments[0] = "plan"
            let text = try command.checkedOutput()
            let line = text.split(separator: "\n").first { $0.contains("may change") }
            #expect(
                line?.split(separator: " ").joined(separator: " ")
                    == "may change at run time, by partitioner")
            command.arguments.append("--json")
            #expect(
                try command.checkedOutput().contains(
                    "\"layoutEditors\" : [\n    \"partitioner\"\n  ]"))
        }
    }

    @Test func aDryRunChecksTheLayoutThatAPluginMakes() throws {
        try Edit.with("show") { edit in
            let library = edit.build.plugins.appending("partitioner.so").string
            func check(_ work: String) throws -> DibhostRun {
                try DibhostRun(
                    ["plugin", "check", "--set", "work=\(work)", library], in: edit.build.folder)
            }
            let good = try check("label / other")
            #expect(good.status == .exited(0) && !good.output.contains("hook-error"))
            let bad = try check("add logs 8 ext4 logs /var/log")
            #expect(
                bad.output.contains(
                    "block-device: the hook failed on the scratch tree: disk layout 'partitioner:"),
                "\(bad.output)")
        }
    }
}
