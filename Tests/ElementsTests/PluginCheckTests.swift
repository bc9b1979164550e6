// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What `plugin check` finds in files: each plugin has one flaw.
struct PluginCheckTests {
    /// A small C plugin, and the rules that it breaks.
    struct Flaw: CustomTestStringConvertible, Sendable {
        var rules: [CheckRule]
        var objects: [String?] = []
        var manifest: String? = PluginCheckTests.manifest()
        var symbol = "dib_element_v1"
        var code = ""
        var flags: [String] = []
        /// A shell script that is run in the plugin's folder before it is compiled, and one after.
        var before = ""
        var after = ""

        var testDescription: String {
            rules.map(\.rawValue).joined(separator: ",") + " "
                + (flags + [code, after]).joined(separator: " ")
        }
    }

    /// A manifest in which nothing is amiss.
    private static func manifest(_ more: String = "") -> String {
        TestPlugin.manifest(
            "flawed",
            #""vendor": "ACME", "license": "MIT", "requires": ["base"]"#
                + (more.isEmpty ? "" : ", " + more))
    }

    private static func parameter(_ members: String) -> String {
        manifest(#""parameters": {"size": {"type": "integer", \#(members)}}"#)
    }

    private static let function = manifest(
        #""phases": {"install": {"order": 5, "symbol": "work", "signature": "i32()"}}"#)

    private static let soundFlags = ["-g", "-Wl,-z,relro,-z,now,-z,noexecstack"]

    private static let flaws: [Flaw] = [
        Flaw(rules: []),
        // The manifest.
        Flaw(rules: [.manifest], manifest: nil),
        Flaw(rules: [.manifest], manifest: "{"),
        Flaw(rules: [.manifest], manifest: manifest(#""phase": {}"#)),
        Flaw(
            rules: [.contract],
            manifest: manifest().replacing(#""abi": 1"#, with: #""abi": 7"#)),
        Flaw(
            rules: [.about, .about], objects: ["$.vendor", "$.license"],
            manifest: TestPlugin.manifest("flawed", #""requires": ["base"]"#)),
        Flaw(
            rules: [.noPhases],
            manifest: manifest().replacing(#"["base"]"#, with: "[]")),
        Flaw(
            rules: [.parameterDoc], objects: ["$.parameters.size.doc"],
            manifest: parameter(#""doc": " ""#)),
        Flaw(
            rules: [.parameterEnvironment],
            manifest: parameter(#""doc": "Bytes", "environment": "TMP_MOUNT_PATH""#)),
        Flaw(
            rules: [.parameterEnvironment], objects: ["$.parameters.b.environment"],
            manifest: manifest(
                #""parameters": {"a": {"type": "string", "doc": "x", "environment": "ACME_A"},"#
                    + #" "b": {"type": "string", "doc": "y", "environment": "ACME_A"}}"#)),
        Flaw(
            rules: [.packages, .packages], objects: ["$.packages.redhat", "$.packages.suse"],
            manifest: manifest(#""packages": {"debian": ["mstflint"]}"#)),
        Flaw(
            rules: [],
            manifest: manifest(
                #""packages": {"debian": ["mstflint"]}, "distributions": ["debian"]"#)),
        // The code.
        Flaw(rules: [.elf], after: "echo text >plugin.so"),
        Flaw(rules: [.elf], after: "truncate -s 100 plugin.so"),
        Flaw(rules: [.elf], after: "rm plugin.so; mkfifo plugin.so"),
        Flaw(rules: [.trust], after: "chmod 666 plugin.so"),
        Flaw(
            rules: [.machine],
            after: #"printf '\267' | dd of=plugin.so bs=1 seek=18 conv=notrunc status=none"#),
        Flaw(rules: [.entrySymbol], flags: ["-fvisibility=hidden"]),
        Flaw(
            rules: [.undefinedSymbol], objects: ["nobody_has_this"],
            code:
                "void nobody_has_this(void); static void *use = nobody_has_this; void **used(void);"
        ),
        // A whole library that was forgotten is not a finding for each of its functions.
        Flaw(
            rules: Array(repeating: .undefinedSymbol, count: 8),
            code: (10..<40).map {
                "void nobody\($0)(void); void *use\($0)(void); static void *p\($0) = nobody\($0);"
            }.joined(separator: "\n")
        ),
        // The libraries.
        Flaw(
            rules: [.missingLibrary], objects: ["libgone.so"],
            flags: ["-Wl,--no-as-needed", "DIR/libgone.so"],
            before: "cc -shared -Wl,-soname,libgone.so -x c /dev/null -o libgone.so",
            after: "rm libgone.so"),
        Flaw(
            rules: [], flags: ["-Wl,--no-as-needed", "DIR/libours.so", "-Wl,-rpath,$ORIGIN"],
            before: "cc -shared -Wl,-soname,libours.so -x c /dev/null -o libours.so"),
        Flaw(
            rules: [.neededLibrary], objects: ["libarchive.so.13"],
            flags: ["-Wl,--no-as-needed", "-larchive"]),
        Flaw(
            rules: [.libraryVersion], objects: ["GLIBC_2.99"],
            code: "unsigned long strlen(const char *); static void *use = strlen;",
            flags: ["DIR/libc.so.6"],
            before: """
                echo 'GLIBC_2.99 { strlen; };' >map; echo 'int strlen(char *a) { return 0; }' >c.c
                cc -w -shared -nostdlib -fno-builtin -Wl,-soname,libc.so.6,--version-script=map c.c -o libc.so.6
                """),
        Flaw(
            rules: [.runPath], objects: ["/opt/example/lib"],
            flags: ["-Wl,-rpath,/opt/example/lib:$ORIGIN/lib"]),
        // The linker's protections.
        Flaw(rules: [.executableStack], flags: ["-Wl,-z,execstack"]),
        Flaw(rules: [.relro], flags: ["-Wl,-z,norelro"]),
        Flaw(
            rules: [.textRelocations], code: #"__asm__(".text\n.quad dib_element_v1\n");"#,
            flags: ["-Wl,-z,notext"]),
        Flaw(rules: [.lazyBinding], flags: ["-Wl,-z,lazy"]),
        Flaw(rules: [.exportedSymbols], objects: ["helper"], code: "void helper(void) {}"),
        Flaw(rules: [.debugInformation], flags: ["-s"]),
        // Plain C functions.
        Flaw(rules: [], manifest: function, code: "int work(void) { return 0; }"),
        Flaw(rules: [], manifest: function, symbol: "work"),
        Flaw(
            rules: [.entrySymbol], objects: ["$.phases.install.symbol"], manifest: function,
            code: "int work;"),
        Flaw(
            rules: [.entrySymbol, .exportedSymbols],
            objects: ["$.phases.install.symbol", "wrok"], manifest: function, symbol: "wrok"),
    ]

    @Test(arguments: flaws)
    func aPluginHasTheFindingsOfItsFlaw(flaw: Flaw) throws {
        try TemporaryFolder.with("check") { folder in
            let plugin = folder.appending("plugin.so")
            try sh(flaw.before, in: folder)
            try TestPlugin.write(
                flaw.manifest, to: plugin, symbol: flaw.symbol, code: flaw.code,
                flags: Self.soundFlags
                    + flaw.flags.map { $0.replacing("DIR", with: folder.string) })
            try sh(flaw.after, in: folder)
            let findings = try PluginCheck(plugin, user: 0).findings
            #expect(findings.map(\.rule) == flaw.rules, "\(findings)")
            if !flaw.objects.isEmpty { #expect(findings.map(\.object) == flaw.objects) }
            for finding in findings {
                #expect(finding.message.first?.isLowercase == true)
                #expect(finding.message.last != ".")
                #expect(finding.hint?.last.map { ".?".contains($0) } ?? true)
            }
        }
    }

    @Test func everyRuleForFilesHasAPluginThatBreaksIt() {
        let rules = CheckRule.allCases.prefix { $0 != .load }
        #expect(Set(Self.flaws.flatMap(\.rules)) == Set(rules))
    }

    @Test func allFaultsOfOneFileAreNamed() throws {
        try TemporaryFolder.with("check") { folder in
            let plugin = folder.appending("plugin.so")
            try TestPlugin.write(
                "[]", to: plugin, symbol: "wrong", flags: ["-Wl,-z,execstack,-z,norelro"])
            try sh("chmod 666 plugin.so", in: folder)
            let findings = try PluginCheck(plugin, user: 0).findings
            #expect(
                findings.map(\.rule) == [
                    .trust, .manifest, .entrySymbol, .executableStack, .relro, .lazyBinding,
                    .exportedSymbols, .debugInformation,
                ])
        }
    }

    @Test func allFaultsOfAManifestAreNamedByTheirPlaces() throws {
        try TemporaryFolder.with("check") { folder in
            let plugin = folder.appending("plugin.so")
            try TestPlugin.write(
                """
                {"schema": 1, "name": "a b", "version": 1, "abi": 1, "vendr": "ACME",
                 "requires": ["base", 7, "vm", false],
                 "parameters": {"mtu": {"type": "number", "default": 1}, "on": {"type": "boolean"}},
                 "phases": {"instal": {"order": 1}, "install": {"order": 1000}, "cleanup": {}},
                 "exports": {"MTU": "{mtu}", "OFF": "{off}"}}
                """, to: plugin)
            let findings = try PluginCheck(plugin, user: 0).findings.filter { $0.rule == .manifest }
            let places = Set(findings.compactMap(\.object))
            #expect(findings.count == places.count)
            #expect(
                places == [
                    "$.name", "$.version", "$.summary", "$.vendr", "$.requires[1]", "$.requires[3]",
                    "$.parameters.mtu.type", "$.parameters.mtu.doc", "$.parameters.on.doc",
                    "$.phases.instal", "$.phases.install.order", "$.phases.cleanup.order",
                ])
            #expect(findings.contains { $0.hint == "Did you mean 'vendor'?" })
        }
    }

    @Test func theProjectsOwnPluginsHaveNoErrors() throws {
        try TemporaryFolder.with("check") { folder in
            let plugins = try BuiltProducts.pluginFolder(in: folder)
            for entry in try FolderListing.entries(of: plugins) {
                let check = try PluginCheck(plugins.appending(entry.name), user: 0)
                // Code without optimization needs a library that optimized code does not.
                let findings = check.findings.filter {
                    $0.severity != .note && $0.object != "libswiftSwiftOnoneSupport.so"
                }
                #expect(findings.isEmpty, "\(entry.name): \(findings)")
                #expect(check.isLoadable)
            }
        }
    }

    @Test func aFileThatIsNotThereIsAWrongRequest() throws {
        let error = #expect(throws: BuildError.self) {
            try PluginCheck("/nowhere/plugin.so", user: 0)
        }
        #expect(error?.code == .refused)
    }

    private func sh(_ script: String, in folder: FilePath) throws {
        var command = Command("sh", ["-euc", script])
        command.workingDirectory = folder
        try command.checkedOutput()
    }
}
