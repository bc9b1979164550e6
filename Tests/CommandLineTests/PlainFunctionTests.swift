// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Elements whose work is done by plain C functions of a library, through the whole program.
struct PlainFunctionTests {
    private static let parameters = """
        "parameters": {
          "release": {"type": "string", "default": "stable", "doc": "d"},
          "mtu": {"type": "integer", "default": 1500, "doc": "d", "environment": "NIC_MTU"},
          "sriov": {"type": "boolean", "doc": "d"},
          "key": {"type": "string", "doc": "d", "secret": true}}
        """

    private static let prepare = """
        "extra-data": {"order": 7, "symbol": "nic_prepare",
          "signature": "i32(fn(str,str)->i32,fn(i32,str)->void,path,str,str,str,str,path,path,str,path,str)",
          "arguments": ["host.publish", "host.log", "target.root", "build.architecture",
            "build.image-name", "build.packages", "build.root-label", "cache.folder",
            "scratch.folder", "user.name", "user.home", "distribution"]}
        """

    private static let install = """
        "install": {"order": 65, "symbol": "nic_install",
          "signature": "i32(path,str,str,u16,bool,bytes,i64,u8,bool,u32)",
          "arguments": ["target.root", "published.nic.name", "release", "mtu", "sriov", "key",
            "build.source-date-epoch", "build.trace-level", "build.offline", "user.id"]}
        """

    private static let finish = """
        "post-root": {"order": 20, "symbol": "nic_finish", "signature": "i32(fd,str)",
          "arguments": ["target.fd", "'it is done'"]}
        """

    private static func manifest(_ phases: String..., more: String = "") -> String {
        TestPlugin.manifest(
            "nic",
            parameters + #", "phases": {\#(phases.joined(separator: ","))}, "#
                + #""privileges": ["raw-host-path"]"# + more)
    }

    @Test func functionsOfALibraryDoTheWorkOfAnElement() throws {
        try TemporaryFolder.with("plain") { folder in
            let build = try TestBuild(in: folder)
            try FixtureLibrary.build(
                "nic.c",
                manifest: Self.manifest(
                    Self.prepare, Self.install, Self.finish, #""finalise": {"order": 5}"#),
                to: build.plugins.appending("nic.so"), flags: ["-DWITH_TABLE=1"])
            try FixtureLibrary.build(
                "cards.cpp",
                manifest: TestPlugin.manifest(
                    "cards",
                    """
                    "parameters": {"cards": {"type": "list", "doc": "d", "default": ["a", "b,c"]}},
                    "phases": {"install": {"order": 66, "symbol": "cards_list",
                      "signature": "i32(path,str)", "arguments": ["target.root", "cards"]}}
                    """), to: build.plugins.appending("cards.so"))
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", "nic", "cards"], formats: "tar",
                    options: ["--set", "nic.sriov=yes", "--set", "nic.key=hunter2"],
                    environment: ["NIC_MTU": "9000"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            try expectWork(in: build.output.appending("image.tar"))
            try expectMessages(outcome.events, build)
            #expect(!outcome.lines.joined().contains("hunter2"))
            #expect(try build.leftovers() == [])
        }
    }

    private func expectWork(in image: FilePath) throws {
        func text(_ path: String) throws -> String {
            try Command("tar", ["-xOf", image.string, "./etc/\(path)"]).checkedOutput()
        }
        // Name, release, mtu, sriov, length and last letter of the key, and four values of the build.
        #expect(try text("nic.conf") == "eth0 stable 9000 1 72 1 0 0 0\n")
        #expect(try text("nic.finished") == "it is done")
        #expect(try text("cards") == "a\nb\nc\n")
        let record = try text("dibhost/build.json")
        #expect(!record.contains("hunter2"))
    }

    private func expectMessages(_ events: [BuildEvent], _ build: TestBuild) throws {
        let messages = events.compactMap { event in
            if case .message(.info, let text) = event { text } else { nil }
        }
        let start = try #require(messages.firstIndex(of: "amd64")) - 1
        let values = Array(messages[start..<(start + 10)])
        #expect(values[0].hasPrefix(build.scratch.string))
        #expect(Array(values[1...4]) == ["amd64", "image", "", "cloudimg-rootfs"])
        #expect(values[5] == build.folder.appending("cache").string)
        #expect(values[6].hasPrefix(build.scratch.string))
        #expect(Array(values[7...9]) == ["root", "/root", "(null)"])
        #expect(messages.contains("from the table"))
    }

    /// Wrong in one way each: the members of phase install, and what the build says.
    private static let failures = [
        (
            #""symbol": "nic_crash", "signature": "i32(u16)", "arguments": ["mtu"]"#,
            "the plugin crashed: signal 11 (SIGSEGV)"
        ),
        (
            #""symbol": "nic_exit", "signature": "void()""#,
            "the plugin ended without saying that it was done (exit status 0)"
        ),
        (
            #""symbol": "nic_refuse", "signature": "i32(fn(str,str)->void)", "arguments": ["host.fail"]"#,
            "the card does not answer"
        ),
        (
            #""symbol": "nic_finish", "signature": "i32(fd,str)", "arguments": ["target.fd", "published.nic.name"]"#,
            "argument 2 of the function 'nic_finish' is the value 'nic.name', which no earlier hook has published"
        ),
    ]

    @Test(arguments: failures)
    func aFunctionThatGoesWrongEndsItsBuildAndLeavesNothing(
        members: String, message: String
    ) throws {
        try TemporaryFolder.with("plain") { folder in
            let build = try TestBuild(in: folder)
            try FixtureLibrary.build(
                "nic.c", manifest: Self.manifest(#""install": {"order": 65, \#(members)}"#),
                to: build.plugins.appending("nic.so"))
            try expectFailure(of: build, "nic", message)
        }
    }

    @Test func anExceptionOfCPlusPlusEndsTheWorkerOnly() throws {
        try TemporaryFolder.with("plain") { folder in
            let build = try TestBuild(in: folder)
            try FixtureLibrary.build(
                "cards.cpp",
                manifest: TestPlugin.manifest(
                    "cards",
                    #""phases": {"install": {"order": 65, "symbol": "cards_throw", "signature": "void()"}}"#
                ),
                to: build.plugins.appending("cards.so"))
            try expectFailure(of: build, "cards", "the plugin crashed: signal 6 (SIGABRT)")
        }
    }

    @Test func theTableOfAMixedPluginHasThePhasesWithoutAFunction() throws {
        try TemporaryFolder.with("plain") { folder in
            let build = try TestBuild(in: folder)
            // The table says install too, which the manifest binds.
            try FixtureLibrary.build(
                "nic.c",
                manifest: Self.manifest(Self.finish, #""finalise": {"order": 65}"#),
                to: build.plugins.appending("nic.so"), flags: ["-DWITH_TABLE=2"])
            try expectFailure(
                of: build, "nic",
                "the plugin's code has the phases install, finalise, its manifest finalise",
                phase: "finalise")
        }
    }

    @Test func aCheckCallsEachFunction() throws {
        struct Report: Decodable {
            struct Entry: Decodable {
                var rule: String
                var object: String?
            }
            var findings: [Entry]
        }
        try TemporaryFolder.with("plain") { folder in
            func hook(_ phase: String, _ members: String) -> String {
                #""\#(phase)": {"order": 5, \#(members)}"#
            }
            try FixtureLibrary.build(
                "nic.c",
                manifest: Self.manifest(
                    hook("pre-install", #""symbol": "nic_exit", "signature": "void()""#),
                    hook("install", Self.failures[0].0), Self.finish,
                    hook("finalise", Self.failures[2].0)),
                to: folder.appending("nic.so"))
            let run = try DibhostRun(["plugin", "check", "--json", "nic.so"], in: folder)
            #expect(run.status == .exited(1))
            let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
            let found = report.findings.filter {
                ["crash", "exit", "hook-error"].contains($0.rule)
            }
            #expect(Set(found.map(\.rule)) == ["crash", "exit", "hook-error"], "\(run.output)")
            // The descriptor of the tree is none that the function left open.
            #expect(!run.output.contains("descriptor-leak"), "\(run.output)")
        }
    }

    private func expectFailure(
        of build: TestBuild, _ element: String, _ message: String, phase: String = "install"
    ) throws {
        let outcome = try EventStream.run(build.command(["-n", "tiny-os", element]))
        #expect(outcome.status == .exited(1), "\(outcome.lines)")
        let errors = outcome.events.compactMap { event in
            if case .buildFailed(let error) = event { error } else { nil }
        }
        #expect(errors.map(\.message) == [message])
        let place = BuildError.Location(element: element, phase: phase, hook: "65-\(element)")
        #expect(errors.first?.location == place)
        #expect(try build.outputs() == [])
        #expect(try build.leftovers() == [])
    }
}

/// What is known of functions before anything runs.
struct PlainFunctionQueryTests {
    private static let members = """
        "provides": ["operating-system"],
        "parameters": {
          "mtu": {"type": "integer", "default": 1500, "doc": "d", "environment": "NIC_MTU"},
          "key": {"type": "string", "doc": "d", "secret": true},
          "note": {"type": "string", "doc": "d"}},
        "phases": {"install": {"order": 65, "symbol": "nic_install",
          "signature": "i32(path,u16,str,str,i8,str,fn(str)->i32)",
          "arguments": ["target.root", "mtu", "key", "note", -4, "'a b'", "host.run"]}}
        """

    private func withPlugin(_ body: (FilePath) throws -> Void) throws {
        try TemporaryFolder.with("plain") { folder in
            try Command("mkdir", [folder.appending("plugins").string]).checkedOutput()
            try TestPlugin.write(
                TestPlugin.manifest("nic", Self.members), to: folder.appending("plugins/nic.so"),
                symbol: "nic_install")
            try body(folder)
        }
    }

    @Test func aPlanShowsTheCallWithoutSecrets() throws {
        try withPlugin { folder in
            let arguments = [
                "plan", "-n", "--plugin-dir", "plugins", "nic", "--set", "nic.key=hunter2",
            ]
            let plan = try DibhostRun(arguments, in: folder)
            #expect(
                plan.output.contains(
                    "  native  in the chroot    calls nic_install("
                        + "path target.root, u16 mtu = 1500, str key = ***, str note = NULL, i8 -4, "
                        + "str 'a b', host.run) -> i32\n"), "\(plan.output)")
            #expect(!plan.output.contains("hunter2"))
            let json = try DibhostRun(arguments + ["--json"], in: folder)
            #expect(!json.output.contains("hunter2"))
            let decoded = try JSONDecoder().decode(BuildPlan.self, from: Data(json.output.utf8))
            let function = decoded.elements[0].description.manifest?.function(of: .install)
            #expect(
                function?.signature.description == "i32(path,u16,str,str,i8,str,fn(str)->i32)")
            #expect(function?.arguments.map(\.text).last == "host.run")
        }
    }

    @Test func elementsShowAndPluginInspectShowTheFunction() throws {
        try withPlugin { folder in
            let call =
                "install  65-nic  in the chroot  calls nic_install(path target.root, u16 mtu, "
                + "str key, str note, i8 -4, str 'a b', host.run) -> i32"
            let shown = try DibhostRun(
                ["elements", "show", "--plugin-dir", "plugins", "nic"], in: folder)
            #expect(shown.output.contains(call), "\(shown.output)")
            let inspected = try DibhostRun(["plugin", "inspect", "plugins/nic.so"], in: folder)
            #expect(inspected.output.contains(call), "\(inspected.output)")
            #expect(inspected.output.contains("entry     none: plain C functions do the work\n"))
        }
    }

    @Test(arguments: [
        (["--set", "nic.mtu=70000"], "value '70000' does not fit u16"),
        (["--set", "nic.mtu=-1"], "value '-1' does not fit u16"),
        ([], "value '65536' from environment variable NIC_MTU does not fit u16"),
    ])
    func aValueThatDoesNotFitIsRefused(options: [String], problem: String) throws {
        try withPlugin { folder in
            let run = try DibhostRun(
                ["-n", "--plugin-dir", "plugins", "-o", "image", "nic"] + options, in: folder,
                environment: ["NIC_MTU": "65536"])
            #expect(run.status == .exited(2))
            #expect(
                run.errors == """
                    dibhost: error: parameter 'nic.mtu': \(problem), argument 2 of the function 'nic_install'
                      hint: Give 0 to 65535.
                    """)
            #expect(try FolderListing.entries(of: folder).map(\.name) == ["plugins"])
        }
    }

    /// Code that lacks the function, and what is said of it.
    private static let lacking = [
        (
            "int nic_instal(void) { return 0; }",
            "does not export the function 'nic_install', which the manifest names for phase install",
            "Did you mean 'nic_instal'?"
        ),
        (
            "static int nic_install(void) { return 0; }",
            "does not export the function 'nic_install', which the manifest names for phase install",
            "It exports: other."
        ),
        (
            "__attribute__((visibility(\"hidden\"))) int nic_install(void) { return 0; }",
            "does not export the function 'nic_install', which the manifest names for phase install",
            "It exports: other."
        ),
        (
            "int nic_install(void); int call(void) { return nic_install(); }",
            "does not export the function 'nic_install', which the manifest names for phase install",
            "It exports: call, other."
        ),
        (
            "int nic_install(void) __asm__(\"_Z11nic_installPKc\"); int nic_install(void) { return 0; }",
            "does not export the function 'nic_install', which the manifest names for phase install",
            "It exports the C++ function '_Z11nic_installPKc': declare it extern \"C\"."
        ),
        (
            "int nic_install = 4;",
            "exports 'nic_install', which the manifest names for phase install, as data that cannot be called",
            "Name a function as '$.phases.install.symbol'."
        ),
    ]

    @Test(arguments: lacking)
    func aLibraryWithoutTheFunctionIsLeftOut(
        code: String, problem: String, hint: String
    ) throws {
        try TemporaryFolder.with("plain") { folder in
            let file = folder.appending("nic.so")
            try TestPlugin.write(
                TestPlugin.manifest("nic", Self.members), to: file, symbol: "other", code: code)
            let run = try DibhostRun(["plugin", "inspect", file.string], in: folder)
            #expect(run.status == .exited(2))
            #expect(
                run.errors == "dibhost: error: 'DIR/nic.so' \(problem)\n  hint: \(hint)")
            let list = try DibhostRun(
                ["elements", "list", "--plugin-dir", folder.string], in: folder)
            #expect(
                list.output.replacing(folder.string, with: "DIR").hasSuffix(
                    "left out:\n  'DIR/nic.so' \(problem)\n"))
        }
    }

    @Test func aMixedPluginNeedsItsTableToo() throws {
        try TemporaryFolder.with("plain") { folder in
            let file = folder.appending("nic.so")
            let members =
                #""phases": {"root": {"order": 1}, "cleanup": {"order": 1, "symbol": "f", "signature": "i32()"}}"#
            try TestPlugin.write(
                TestPlugin.manifest("nic", members), to: file, symbol: "other",
                code: "int f(void) { return 0; }")
            let run = try DibhostRun(["plugin", "inspect", file.string], in: folder)
            #expect(run.status == .exited(2))
            #expect(run.errors.contains("does not export dib_element_v1"))
        }
    }
}
