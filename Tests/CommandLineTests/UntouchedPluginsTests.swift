// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Queries read the files of plugins and run none of their code.
///
/// How long `elements list` takes with 100 plugins that nobody has read before is measured by benchmarks/catalog.sh.
struct UntouchedPluginsTests {
    /// A plugin whose constructor leaves a mark as soon as somebody loads it.
    private static func source(mark: FilePath) -> String {
        """
        #include "dib_element.h"
        #include <fcntl.h>
        #include <unistd.h>
        __asm__(".section .dib.manifest,\\"a\\"\\n.incbin \\"manifest.json\\"\\n.previous\\n");
        __attribute__((constructor)) static void leave_a_mark(void) {
            close(open("\(mark)", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        }
        static int32_t create(const dib_host *host, void **element, dib_error *error) { return 0; }
        static int32_t run(void *element, dib_error *error) { return 0; }
        static const dib_hook hooks[] = {{sizeof(dib_hook), DIB_PHASE_INSTALL, run}};
        const dib_element *dib_element_v1(const dib_host *host) {
            static const dib_element table = {.size = sizeof(dib_element), .abi = DIB_ABI,
                .create = create, .hook_count = 1, .hook_stride = sizeof(dib_hook), .hooks = hooks};
            return &table;
        }
        """
    }

    /// Fills plugins/ with 100 plugins; each leaves the file `mark` when it is loaded.
    private static func makePlugins(in folder: FilePath, mark: FilePath) throws {
        let manifest = TestPlugin.manifest("nic???", #""phases": {"install": {"order": 50}}"#)
        try TextFile.write(manifest, to: folder.appending("manifest.json"))
        try TextFile.write(source(mark: mark), to: folder.appending("nic.c"))
        try TextFile.write("", to: folder.appending("plugins/README"))
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        var compiler = Command(
            "cc",
            ["-shared", "-fPIC", "-w", "-I", include.string, "nic.c", "-o", "model.so"])
        compiler.workingDirectory = folder
        try compiler.checkedOutput()
        try TestPlugin.writeCopies(
            of: folder.appending("model.so"), named: "nic", count: 100,
            to: folder.appending("plugins"))
    }

    @Test func noQueryRunsCodeOfAPluginAndABuildRunsThatOfItsOwn() throws {
        try TemporaryFolder.with("untouched") { folder in
            let mark = folder.appending("mark")
            try Self.makePlugins(in: folder, mark: mark)
            let paths = [
                "--plugin-dir", "plugins", "--elements-path",
                BuiltProducts.fixtureElements.string,
            ]
            let all: [String] = (0..<100).map { "nic" + "00\($0)".suffix(3) }
            let queries: [[String]] = [
                ["elements", "list"], ["elements", "list", "--json"],
                ["elements", "show", "nic042"],
                ["plan", "-n", "tiny-os"] + all, ["plan", "--json", "-n", "tiny-os"] + all,
                ["plugin", "inspect", "plugins/nic007.so"],
            ]
            for query in queries {
                let options = query[0] == "plugin" ? [] : paths
                let run = try DibhostRun(query + options, in: folder)
                #expect(run.status == .exited(0), "\(query): \(run.errors)")
                #expect(run.output.contains("nic0"), "\(query)")
                #expect(try !Self.exists(mark), "\(query)")
            }

            let build = try TestBuild(in: folder.appending("build"))
            try Command(
                "install", ["plugins/nic042.so", build.plugins.string], in: folder
            ).checkedOutput()
            let status = try build.command(["-n", "tiny-os", "nic042"], formats: "tar").run(
                limits: .init(deadline: .seconds(120)))
            #expect(status == .exited(0))
            #expect(try Self.exists(mark), "a plugin that is loaded leaves its mark")
        }
    }

    private static func exists(_ file: FilePath) throws -> Bool {
        guard let name = file.lastComponent?.string else { return false }
        return try FolderListing.entries(of: file.removingLastComponent()).contains {
            $0.name == name
        }
    }
}

extension Command {
    fileprivate init(_ program: String, _ arguments: [String], in folder: FilePath) {
        self.init(program, arguments)
        workingDirectory = folder
    }
}
