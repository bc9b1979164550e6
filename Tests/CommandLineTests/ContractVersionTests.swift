// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Plugins that were built with another dib_element.h than this dibhost: a newer one with longer structs, an older one
/// with shorter ones, and one of the next contract.
@Suite struct ContractVersionTests {
    /// What a later version may do: append to each struct.
    private static func newer(_ header: String) -> String {
        let appended = [
            "dib_host": "int32_t (*attest)(void *state, const char *what);",
            "dib_run_result": "uint64_t memory;",
            "dib_error": "const char *place;",
            "dib_hook": "uint64_t cost; const char *comment;",
            "dib_element": "int32_t (*explain)(void *element); uint64_t flags;",
        ]
        return appended.reduce(header) { text, field in
            text.replacing("\n} \(field.key);", with: "\n    \(field.value)\n} \(field.key);")
        }
    }

    /// The shortest layouts that are taken.
    private static func older(_ header: String) -> String {
        var lines = header.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeAll { $0.contains("(*destroy)") }
        return lines.joined(separator: "\n")
    }

    private static func next(_ header: String) -> String {
        header.replacing("#define DIB_ABI 1", with: "#define DIB_ABI 2")
    }

    /// A plugin in C; `AGE` is 1 with the newer header, -1 with the older one, 0 with another.
    private static let source = """
        #include "dib_element.h"
        #include <stddef.h>
        #include <string.h>
        DIB_MANIFEST("manifest.json");
        #if AGE < 0
        _Static_assert(sizeof(dib_host) == DIB_HOST_FIRST_SIZE, "the header is not the first");
        _Static_assert(sizeof(dib_element) == DIB_ELEMENT_FIRST_SIZE, "the header is not the first");
        #endif
        static const dib_host *host;
        static void say(const char *text) { host->log(host->state, DIB_LOG_INFO, text); }
        static int32_t create(const dib_host *services, void **element, dib_error *error) {
            host = services;
            return 0;
        }
        static int32_t install(void *element, dib_error *error) {
            const char *const command[] = {"cat", "/etc/marker", NULL};
            dib_run_result result;
            memset(&result, 7, sizeof result);
            result.size = sizeof result;
            if (host->run(host->state, command, NULL, NULL, DIB_RUN_CAPTURE, &result)) return 1;
            say(strcmp(result.output, "from the tree\\n") == 0 ? "captured" : "not captured");
        #if AGE > 0
            if (DIB_HAS(host, attest)) return host->attest(host->state, "firmware");
            say("the host cannot attest, going without");
            if (result.memory != 0x0707070707070707) return 2;
            if (DIB_HAS(error, place)) return 3;
            if (host->run(host->state, command, NULL, NULL, 4, &result) == 22) say("no such flag");
            const char *const wrong[] = {"A=1", "=2", NULL};
            if (host->run(host->state, command, wrong, NULL, 0, &result) == 22) say("no variable");
        #endif
            if (!DIB_HAS(error, hint)) return 4;
            const char *fail = host->parameter(host->state, "fail");
            if (fail == NULL) return 0;
            error->message = "told to fail";
            error->hint = "Do not tell it to.";
            return 5;
        }
        static const dib_hook hooks[] = {{.size = sizeof(dib_hook), .phase = DIB_PHASE_INSTALL, .run = install}};
        // Whoever reads beyond the table finds something that is no function.
        static const struct { dib_element table; const char *behind; } aged = {{
            .size = sizeof(dib_element), .abi = DIB_ABI, .name = "aged", .create = create,
            .hook_count = 1, .hook_stride = sizeof(dib_hook), .hooks = hooks,
        }, "behind"};
        const dib_element *dib_element_v1(const dib_host *services) {
        #ifdef POLITE
            if (services->abi != DIB_ABI) return NULL;
        #endif
            return &aged.table;
        }
        """

    /// Builds the plugin "aged" with a header that `change` made.
    private static func compile(
        for build: TestBuild, abi: Int = 1, flags: [String], _ change: (String) -> String
    ) throws {
        let home = build.folder.appending("aged")
        let place = BuiltProducts.repository.appending("Sources/CElement/include/dib_element.h")
        let header = try TextFile.read(place)
        let changed = change(header)
        #expect(changed != header)
        try TextFile.write(changed, to: home.appending("dib_element.h"))
        let manifest = TestPlugin.manifest(
            "aged",
            #""parameters": {"fail": {"type": "string", "doc": "d"}}, "phases": {"install": {"order": 5}}"#
        ).replacing(#""abi": 1"#, with: #""abi": \#(abi)"#)
        try TextFile.write(manifest, to: home.appending("manifest.json"))
        try TextFile.write(source, to: home.appending("aged.c"))
        var command = Command("cc", ["-std=c11", "-shared", "-fPIC", "-Wall", "-Werror"])
        command.arguments += flags + ["aged.c", "-o", build.plugins.appending("aged.so").string]
        command.workingDirectory = home
        try command.checkedOutput()
    }

    /// What came of a build with the plugin.
    private struct Outcome {
        var status: LinuxSystem.ExitStatus
        /// Its lines in the log, among others.
        var said: [String]
        var error: BuildError?
    }

    private static func run(
        _ build: TestBuild, options: [String] = []
    ) throws -> Outcome {
        let outcome = try EventStream.run(
            build.command(["-n", "tiny-os", "aged"], formats: "tar", options: options))
        var said: [String] = []
        var error: BuildError?
        for event in outcome.events {
            if case .message(.info, let text) = event { said.append(text) }
            if case .buildFailed(let failure) = event { error = failure }
        }
        return Outcome(status: outcome.status, said: said, error: error)
    }

    @Test func aNewerPluginGoesWithoutWhatTheHostLacks() throws {
        try TemporaryFolder.with("newer") { folder in
            let build = try TestBuild(in: folder)
            try Self.compile(for: build, flags: ["-DAGE=1"], Self.newer)
            let outcome = try Self.run(build)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let said = [
                "captured", "the host cannot attest, going without", "no such flag", "no variable",
            ]
            #expect(outcome.said.filter(said.contains) == said)
            let failed = try Self.run(build, options: ["--set", "aged.fail=yes"])
            #expect(failed.error?.message == "told to fail")
            #expect(failed.error?.hint == "Do not tell it to.")
        }
    }

    @Test func anOlderPluginWorks() throws {
        try TemporaryFolder.with("older") { folder in
            let build = try TestBuild(in: folder)
            try Self.compile(for: build, flags: ["-DAGE=-1"], Self.older)
            let outcome = try Self.run(build)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.said.contains("captured"))
        }
    }

    @Test func aPluginOfTheNextContractIsRefusedBeforeTheBuild() throws {
        try TemporaryFolder.with("next") { folder in
            let build = try TestBuild(in: folder)
            try Self.compile(for: build, abi: 2, flags: ["-DAGE=0"], Self.next)
            var command = build.command(["tiny-os", "aged"])
            command.arguments[0] = "plan"
            let captured = try command.capture()
            #expect(captured.status == .exited(2))
            let text = captured.errorLines.joined(separator: "\n")
            let message =
                "is built for version 2 of the element contract, and this dibhost has version 1"
            #expect(text.contains(message), "\(text)")
            #expect(text.contains("Use a newer dibhost, or an older version of the plugin."))
        }
    }

    @Test(arguments: [
        (
            "-DAGE=0", "the plugin was built for contract 2, this dibhost has 1",
            "Build the plugin with the dib_element.h of this dibhost."
        ),
        (
            "-DPOLITE", "the plugin refuses this version of dibhost",
            "Use the version of dibhost that the plugin was built for."
        ),
    ])
    func aPluginWhoseTableAloneIsOfTheNextContractIsRefusedByTheWorker(
        flag: String, message: String, hint: String
    ) throws {
        try TemporaryFolder.with("next") { folder in
            let build = try TestBuild(in: folder)
            try Self.compile(for: build, flags: ["-DAGE=0", flag], Self.next)
            let outcome = try Self.run(build)
            #expect(outcome.status == .exited(1))
            #expect(outcome.error?.message == message)
            #expect(outcome.error?.hint == hint)
            #expect(outcome.said.contains("captured") == false)
            #expect(try build.leftovers() == [])
        }
    }
}
