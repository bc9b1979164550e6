// SPDX-License-Identifier: Apache-2.0

import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Where the loader looks for libraries because a plugin says so.
struct RunPathTests {
    private func reason(_ plugins: FilePath) throws -> String? {
        var request = BuildRequest(
            elements: [], user: .init(name: "root", id: 0, group: 0, groups: [0], home: "/root"))
        request.pluginFolders = [plugins.string]
        return try ElementCatalog(for: request).index.rejected.first?.reason
    }

    private func sh(_ script: String, in folder: FilePath) throws {
        var command = Command("sh", ["-euc", script])
        command.workingDirectory = folder
        try command.checkedOutput()
    }

    /// What is done to the folders, the run path below the test's folder, and what is said of it.
    @Test(arguments: [
        ("mkdir libs", "libs", nil),
        ("mkdir libs", "plugins/../libs", nil),
        ("mkdir -m 1777 drop; mkdir drop/libs", "drop/libs", nil),
        ("mkdir -m 0777 libs", "libs", "'DIR/libs' can be written to by other users"),
        ("mkdir -m 1777 libs", "libs", "'DIR/libs' can be written to by other users"),
        (
            "mkdir -m 1777 drop", "drop/none/libs",
            "'DIR/drop' can be written to by other users"
        ),
        (
            "mkdir -m 0777 drop; mkdir drop/libs", "drop/libs",
            "'DIR/drop' can be written to by other users"
        ),
        (
            "mkdir libs; chown 12345 libs", "libs",
            "'DIR/libs' belongs to user 12345, who is neither root nor you"
        ),
        (
            "mkdir libs; ln -s libs link; chown -h 12345 link", "link",
            "'DIR/link' belongs to user 12345, who is neither root nor you"
        ),
        (
            "mkdir libs; : >libs/libnowhere.so.9; chmod 666 libs/libnowhere.so.9", "libs",
            "'DIR/libs/libnowhere.so.9' can be written to by other users"
        ),
    ])
    func aPluginThatLooksWhereOthersCanWriteIsRefused(
        made: String, path: String, fault: String?
    ) throws {
        try TemporaryFolder.with("runpath") { folder in
            let plugins = folder.appending("plugins")
            try sh("chmod 755 .; mkdir plugins; \(made)", in: folder)
            let library = folder.appending("libnowhere.so")
            try TestPlugin.write(nil, to: library, flags: ["-Wl,-soname,libnowhere.so.9"])
            if fault?.contains("libnowhere") != true {
                try sh("test ! -d libs || cp libnowhere.so libs/libnowhere.so.9", in: folder)
            }
            if path.hasPrefix("drop/") {
                try sh(
                    "test ! -d drop/libs || cp libnowhere.so drop/libs/libnowhere.so.9", in: folder)
            }
            try TestPlugin.write(
                TestPlugin.manifest("net"), to: plugins.appending("net.so"),
                flags: [
                    "-Wl,--no-as-needed,-rpath,\(folder)/\(path)", library.string,
                ])
            let expected = fault.map { $0.split(separator: "DIR").joined(separator: folder.string) }
            let found = try reason(plugins)
            if let expected {
                #expect(
                    found?.hasPrefix("looks for libraries in '\(folder)") == true, "\(found ?? "")")
                #expect(found?.hasSuffix("and " + expected) == true, "\(found ?? "")")
            } else {
                #expect(found == nil)
            }
        }
    }

    @Test func whatOnlyTheEnvironmentOfDibhostNamesCountsAsMissing() throws {
        try TemporaryFolder.with("runpath") { folder in
            let library = folder.appending("libnowhere.so.9")
            try TestPlugin.write(nil, to: library, flags: ["-Wl,-soname,libnowhere.so.9"])
            let plugin = folder.appending("net.so")
            try TestPlugin.write(
                TestPlugin.manifest("net"), to: plugin,
                flags: ["-Wl,--no-as-needed", library.string])
            var environment = ProcessEnvironment.current
            environment["LD_LIBRARY_PATH"] = folder.string
            let inspect = try Command(
                BuiltProducts.dibhost.string, ["plugin", "inspect", plugin.string],
                environment: environment
            ).capture()
            #expect(inspect.status == .exited(2))
            #expect(
                inspect.errorLines.contains { $0.contains("needs the library 'libnowhere.so.9'") })
        }
    }

    @Test(arguments: ["$ORIGIN", "${ORIGIN}/../plugins"])
    func aLibraryBesideThePluginIsLoaded(path: String) throws {
        let source = """
            #include "dib_element.h"
            #include <stddef.h>
            int beside(void);
            static int32_t create(const dib_host *h, void **e, dib_error *r) { return 0; }
            static int32_t run(void *e, dib_error *r) { return beside() - 7; }
            static const dib_hook hooks[1] = {{sizeof(dib_hook), 4, run}};
            const dib_element *dib_element_v1(const dib_host *host) {
                static const dib_element table = {.size = sizeof(dib_element), .abi = DIB_ABI,
                    .name = "broken", .create = create, .hook_count = 1,
                    .hook_stride = sizeof(dib_hook), .hooks = hooks};
                return &table;
            }
            """
        try TemporaryFolder.with("origin") { folder in
            let plugins = folder.appending("plugins")
            try TextFile.write(source, to: plugins.appending("plugin.c"))
            try TextFile.write("int beside(void) { return 7; }\n", to: plugins.appending("lib.c"))
            let include = BuiltProducts.repository.appending("Sources/CElement/include")
            try sh(
                """
                cc -shared -fPIC lib.c -o libbeside.so
                cc -shared -fPIC -w -I \(include) plugin.c -L. -lbeside '-Wl,-rpath,\(path)' \
                    -o libBroken.so
                """, in: plugins)
            var run = WorkerRun("Broken", .install)
            run.folder = plugins
            let outcome = try ScratchTree.with(programs: []) { try run.run(on: $0) }
            #expect(outcome.error == nil)
        }
    }
}
