// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import SystemPackage
import TestSupport

/// A small C plugin with one hook, and what `plugin check` says of it.
struct TrialPlugin {
    /// A finding as JSON shows it.
    struct Entry: Decodable {
        var severity: String
        var rule: String
        var object: String?
        var phase: String?
        var message: String
        var detail: String?
    }

    private struct Report: Decodable { var findings: [Entry] }

    var manifest: String
    /// The body of the hook; `host` is the host's table, `error` takes an error.
    var hook = ""
    /// The body of a constructor.
    var constructor = ""
    /// The phase of the code, as dib_element.h calls it.
    var phase = "POST_ROOT"
    /// The size that the table claims to have.
    var size = "sizeof(dib_element)"

    /// More words for the compiler.
    var flags: [String] = []

    /// Compiles it and checks it.
    func check(
        in folder: FilePath, options: [String] = []
    ) throws -> (findings: [Entry], run: DibhostRun) {
        try compile(in: folder, as: "plugin.so")
        let plugin = folder.appending("plugin.so").string
        return try Self.findings(of: plugin, in: folder, options: options)
    }

    /// Compiles it; the folder is "DIR" in the code.
    func compile(in folder: FilePath, as name: String) throws {
        let source = folder.appending("plugin.c")
        try TextFile.write(manifest, to: folder.appending("manifest.json"))
        try TextFile.write(code.replacing("DIR", with: folder.string), to: source)
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        try Command(
            "cc",
            [
                "-g", "-shared", "-fPIC", "-pthread", "-D_GNU_SOURCE", "-fvisibility=hidden",
                "-Wl,-z,relro,-z,now", "-I", include.string, "-I", folder.string, source.string,
                "-o", folder.appending(name).string,
            ] + flags
        ).checkedOutput()
    }

    /// Checks a plugin that is there already.
    static func findings(
        of plugin: String, in folder: FilePath, options: [String] = []
    ) throws -> (findings: [Entry], run: DibhostRun) {
        let run = try DibhostRun(
            ["plugin", "check", "--json"] + options + [plugin], in: folder)
        guard run.status == .exited(0) || run.status == .exited(1) else { return ([], run) }
        let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
        return (report.findings, run)
    }

    private var code: String {
        let headers = [
            "errno", "fcntl", "locale", "net/if", "pthread", "signal", "stdio", "stdlib", "string",
            "sys/mount", "sys/stat", "unistd",
        ]
        return headers.map { "#include <\($0).h>\n" }.joined() + """
            #include "dib_element.h"
            DIB_MANIFEST("manifest.json");
            static const dib_host *host;
            __attribute__((constructor)) static void constructor(void) { \(constructor) }
            static void *sleeper(void *nothing) { pause(); return nothing; }
            static int32_t create(const dib_host *given, void **element, dib_error *error) {
                host = given;
                return 0;
            }
            static int32_t hook(void *element, dib_error *error) {
                \(hook)
                return 0;
            }
            static const dib_hook hooks[] = {{sizeof(dib_hook), DIB_PHASE_\(phase), hook}};
            static const dib_element table = {
                .size = \(size), .abi = DIB_ABI, .create = create, .hook_count = 1,
                .hook_stride = sizeof(dib_hook), .hooks = hooks};
            __attribute__((visibility("default"))) const dib_element *dib_element_v1(const dib_host *given) {
                return &table;
            }

            """
    }
}
