// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// A plugin in C that is wrong in one way, and what the worker says of it.
private struct BrokenPlugin: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var source: String
    var message: String
    var cause: String?
}

private let entry =
    "#include \"dib_element.h\"\n#include <stddef.h>\n"
    + "static int32_t create(const dib_host *h, void **e, dib_error *r) { return 0; }\n"
    + "static int32_t run(void *e, dib_error *r) { return 0; }\n"
    + "static const dib_hook hooks[2] = {{sizeof(dib_hook), 4, run}, {sizeof(dib_hook), 4, run}};\n"
    + "const dib_element *dib_element_v1(const dib_host *host) "

/// An entry function that returns a table with these fields.
private func table(_ fields: String) -> String {
    let abi = fields.contains(".abi") ? "" : ".abi = DIB_ABI, "
    return entry + "{ static const dib_element t = {\(abi)\(fields)}; return &t; }\n"
}

/// A plugin whose hook says that it has `SHORT` bytes.
private let brokenHook =
    entry
        + """
        {
            static const dib_hook hook = {SHORT, 4, run};
            static const dib_element t = {.size = sizeof(dib_element), .abi = DIB_ABI, .create = create, .hook_count = 1,
                .hook_stride = sizeof(dib_hook), .hooks = &hook};
            return &t;
        }

        """

private let broken = [
    BrokenPlugin(
        testDescription: "needs a symbol that nobody has",
        source:
            "void nobody_has_this(void); void *dib_element_v1(void) { nobody_has_this(); return 0; }",
        message: "cannot load the plugin of element 'broken'",
        cause: "undefined symbol: nobody_has_this"),
    BrokenPlugin(
        testDescription: "has no entry", source: "int other;",
        message: "the plugin has no function 'dib_element_v1'"),
    BrokenPlugin(
        testDescription: "refuses the host", source: entry + "{ return NULL; }",
        message: "the plugin refuses this version of dibhost"),
    BrokenPlugin(
        testDescription: "has a newer contract",
        source: table(".size = sizeof(dib_element), .abi = 9, .create = create"),
        message: "the plugin was built for contract 9, this dibhost has 1"),
    BrokenPlugin(
        testDescription: "has a short table",
        source: table(".size = 16, .abi = DIB_ABI, .create = create"),
        message: "the plugin's table has 16 bytes, at least 40 are needed"),
    BrokenPlugin(
        testDescription: "has no size", source: table(".abi = DIB_ABI"),
        message: "the plugin's table has 0 bytes, at least 40 are needed"),
    BrokenPlugin(
        testDescription: "has another name",
        source: table(".size = sizeof(dib_element), .name = \"other\", .create = create"),
        message: "the plugin calls itself 'other', its manifest 'broken'"),
    BrokenPlugin(
        testDescription: "has no create function", source: table(".size = sizeof(dib_element)"),
        message: "the plugin's table has no function 'create'"),
    BrokenPlugin(
        testDescription: "has no hook",
        source: table(".size = sizeof(dib_element), .create = create"),
        message: "the plugin's code has the phases (none), its manifest install"),
    BrokenPlugin(
        testDescription: "has no hooks where it says so",
        source: table(".size = sizeof(dib_element), .create = create, .hook_count = 1"),
        message: "the plugin's table says that there are 1 hooks"),
    BrokenPlugin(
        testDescription: "has hooks that overlap",
        source: table(
            ".size = sizeof(dib_element), .create = create, .hook_count = 1, .hooks = hooks"),
        message: "the plugin's hooks are 0 bytes apart, at least 16 are needed"),
    BrokenPlugin(
        testDescription: "has a short hook",
        source: "#define SHORT 8\n" + brokenHook,
        message: "hook 0 of the plugin has 8 bytes, 16 to 16 are possible"),
    BrokenPlugin(
        testDescription: "has a hook longer than the distance to the next",
        source: "#define SHORT 24\n" + brokenHook,
        message: "hook 0 of the plugin has 24 bytes, 16 to 16 are possible"),
    BrokenPlugin(
        testDescription: "has two hooks for one phase",
        source: table(
            ".size = sizeof(dib_element), .create = create, .hook_count = 2, "
                + ".hook_stride = sizeof(dib_hook), .hooks = hooks"),
        message: "the plugin has two hooks for one phase"),
]

@Test(arguments: broken)
private func aBrokenPluginIsRefusedForItsOwnReason(plugin: BrokenPlugin) throws {
    try TemporaryFolder.with("broken") { folder in
        let source = folder.appending("broken.c")
        let library = folder.appending("libBroken.so")
        try TextFile.write(plugin.source, to: source)
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        try Command(
            "cc",
            ["-shared", "-fPIC", "-w", "-I", include.string, source.string, "-o", library.string]
        ).checkedOutput()
        var run = WorkerRun("Broken", .install)
        run.folder = folder
        let outcome = try ScratchTree.with(programs: []) { try run.run(on: $0) }
        let error = try #require(outcome.error)
        #expect(error.message == plugin.message)
        if let cause = plugin.cause { #expect(error.cause == cause) }
    }
}

@Test func aPluginOfALongerContractStillWorks() throws {
    let source = """
        #include "dib_element.h"
        #include <stddef.h>
        struct longer_hook { dib_hook hook; long extra[3]; };
        struct longer { dib_element element; long extra[5]; };
        static const dib_host *services;
        static int32_t create(const dib_host *h, void **e, dib_error *r) { services = h; return 0; }
        static int32_t run(void *e, dib_error *r) {
            services->log(services->state, DIB_LOG_INFO, services->parameter(services->state, "p"));
            if (services->open_user_file(services->state, "/etc/passwd") != -1) return 1;
            return 0;
        }
        static const struct longer_hook hooks[1] = {{{sizeof(struct longer_hook), 4, run}}};
        const dib_element *dib_element_v1(const dib_host *host) {
            static const struct longer table = {{sizeof(struct longer), DIB_ABI, "broken", create, 1,
                sizeof(struct longer_hook), &hooks[0].hook}};
            return &table.element;
        }
        """
    try TemporaryFolder.with("longer") { folder in
        let file = folder.appending("longer.c")
        try TextFile.write(source, to: file)
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        let library = folder.appending("libBroken.so").string
        try Command(
            "cc", ["-shared", "-fPIC", "-w", "-I", include.string, file.string, "-o", library]
        )
        .checkedOutput()
        var run = WorkerRun("Broken", .install)
        run.folder = folder
        run.parameters = ["p": "a value"]
        let outcome = try ScratchTree.with(programs: []) { try run.run(on: $0) }
        #expect(outcome.error == nil)
        #expect(outcome.events == [.log(.info, "a value")])
    }
}

@Test func anExceptionThatLeavesThePluginEndsTheWorkerWithItsText() throws {
    let source = """
        #include "dib_element.h"
        #include <stdexcept>
        static int32_t create(const dib_host *, void **, dib_error *) { return 0; }
        static int32_t run(void *, dib_error *) { throw std::runtime_error("nobody caught this"); }
        static const dib_hook hooks[] = {{sizeof(dib_hook), 4, run}};
        static const dib_element table = {
            sizeof(dib_element), DIB_ABI, "broken", create, 1, sizeof(dib_hook), hooks, nullptr};
        const dib_element *dib_element_v1(const dib_host *) { return &table; }
        """
    try TemporaryFolder.with("exception") { folder in
        let file = folder.appending("exception.cpp")
        try TextFile.write(source, to: file)
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        let library = folder.appending("libBroken.so").string
        try Command(
            "g++", ["-shared", "-fPIC", "-I", include.string, file.string, "-o", library]
        )
        .checkedOutput()
        var run = WorkerRun("Broken", .install)
        run.folder = folder
        let outcome = try ScratchTree.with(programs: []) { try run.run(on: $0) }
        #expect(outcome.error?.message == "the plugin crashed: signal 6 (SIGABRT)")
        #expect(outcome.error?.detail?.contains("nobody caught this") == true)
    }
}
