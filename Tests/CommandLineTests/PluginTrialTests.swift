// SPDX-License-Identifier: Apache-2.0

import Elements
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The dry run of `plugin check`: each plugin does one thing that it should not do.
@Suite struct PluginTrialTests {
    /// What a hook or a constructor does, and the findings: rule, and a part of the message.
    struct Case: CustomTestStringConvertible, Sendable {
        var rules: [String]
        var message = ""
        var hook = ""
        var constructor = ""
        var phase = "post-root"
        var options: [String] = []

        var testDescription: String { "\(rules) \(hook)\(constructor)" }
    }

    private static func manifest(
        _ phase: String, parameters: String = "{}"
    ) -> String {
        TestPlugin.manifest(
            "trial",
            #""vendor": "ACME", "license": "MIT", "phases": {"\#(phase)": {"order": 50}},"#
                + #""parameters": \#(parameters)"#)
    }

    private static let start = """
        dib_run_result result = {.size = sizeof result};
        const char *arguments[] = {"sh", "-c", COMMAND, NULL};
        int code = host->run(host->state, arguments, NULL, NULL, 0, &result);
        if (code != 0 || result.status != 0) { error->message = "the program failed"; return 1; }
        """

    private static func running(_ command: String) -> String {
        start.replacing("COMMAND", with: "\"\(command)\"")
    }

    private static let cases: [Case] = [
        Case(rules: []),
        // How a hook ends.
        Case(rules: ["exit"], message: "exit status 0", hook: "exit(0);"),
        Case(rules: ["crash"], message: "signal 11 (SIGSEGV)", hook: "*(volatile int *)8 = 1;"),
        Case(rules: ["crash"], message: "signal 6 (SIGABRT)", hook: "abort();", phase: "install"),
        Case(
            rules: ["hang"], message: "within 1 s", hook: "pause();", options: ["--deadline", "1"]),
        Case(
            rules: ["hook-error"], message: "scratch tree: no firmware",
            hook: #"error->message = "no firmware"; return 1;"#),
        Case(rules: ["foreign-descriptor"], hook: #"write(6, "nonsense, and more of it", 24);"#),
        // What it leaves.
        Case(
            rules: ["descriptor-leak"], message: "'/etc/passwd'",
            hook: #"open("/etc/passwd", O_RDONLY);"#),
        Case(
            rules: ["descriptor-leak"], message: "'/etc/passwd'",
            hook: #"open("/etc/passwd", O_RDONLY);"#, phase: "install"),
        Case(
            rules: ["process-leak"], message: "'sleep'",
            hook: running(
                "setsid sleep 1000 >/dev/null 2>&1 & until [ \\\"$(cat /proc/$!/comm)\\\" = sleep ]; do :; done"
            ),
            phase: "install"),
        Case(
            rules: ["mount-leak"], message: "'/mnt'",
            hook: #"mount("none", "/mnt", "tmpfs", 0, NULL);"#),
        Case(
            rules: ["thread-leak"], message: "1 more thread",
            hook: "pthread_t thread; pthread_create(&thread, NULL, sleeper, NULL);"),
        Case(rules: ["process-state"], message: "the umask", hook: "umask(0);"),
        Case(
            rules: ["process-state"], message: "the working folder, now '/etc'",
            hook: #"chdir("/etc");"#),
        Case(
            rules: ["process-state"], message: "the environment variable ACME",
            hook: #"setenv("ACME", "1", 1);"#),
        Case(
            rules: ["process-state"], message: "ignored signals",
            hook: "signal(SIGHUP, SIG_IGN);"),
        Case(
            rules: ["process-state"], message: "the locale", hook: #"setlocale(LC_ALL, "C.UTF-8");"#
        ),
        Case(
            rules: ["published"], message: "'firmware'",
            hook: #"host->publish(host->state, "firmware", "1.2");"#),
        Case(
            rules: [],
            hook: """
                dib_run_result result = {.size = sizeof result};
                static char file[999];
                snprintf(file, sizeof file, "%s/file", host->value(host->state, "cache.folder"));
                const char *arguments[] = {"touch", file, NULL};
                host->run(host->state, arguments, NULL, NULL, DIB_RUN_AS_USER, &result);
                if (access(file, F_OK) != 0) return 1;
                """),
        // Loading.
        Case(
            rules: ["undefined-symbol", "load"], message: "nobody_has_this",
            constructor: "void nobody_has_this(void); nobody_has_this();"),
        Case(rules: ["load-output"], message: "'hello'", constructor: #"puts("hello");"#),
        Case(rules: ["exit"], constructor: "_exit(0);"),
        Case(rules: ["crash"], constructor: "abort();"),
        Case(
            rules: ["outside-write"], message: "'/var/lib/acme' was made",
            constructor: #"mkdir("/var/lib/acme", 0755);"#),
        // What is there for a hook.
        Case(
            rules: [], hook: running("[ -s /etc/os-release ] && awk 1 /etc/passwd >/usr/lib/x"),
            phase: "install"),
        Case(rules: [], hook: #"if (if_indextoname(2, (char[IF_NAMESIZE]){0})) return 1;"#),
        Case(rules: [], hook: #"if (access("/dev/vda", F_OK) == 0) return 1;"#),
        Case(
            rules: ["hook-error"], message: "Read-only file system",
            hook: """
                int file = open("/proc/sys/kernel/panic", O_WRONLY);
                if (file < 0) { error->message = strerror(errno); return 1; }
                close(file);
                """),
        Case(rules: [], hook: #"close(open("/tmp/note", O_CREAT | O_WRONLY, 0600));"#),
    ]

    @Test(arguments: cases)
    func theDryRunShowsWhatAHookDoes(test: Case) throws {
        try TemporaryFolder.with("trial") { folder in
            let plugin = TrialPlugin(
                manifest: Self.manifest(test.phase), hook: test.hook,
                constructor: test.constructor,
                phase: test.phase.replacing("-", with: "_").uppercased())
            let (findings, run) = try plugin.check(in: folder, options: test.options)
            #expect(findings.map(\.rule) == test.rules, "\(findings) \(run.errors)")
            if !test.rules.isEmpty {
                #expect(
                    findings.first?.message.contains(test.message) == true,
                    "\(findings.first?.message ?? "")")
                #expect(findings.first?.phase == (test.constructor.isEmpty ? test.phase : nil))
            }
            let hasErrors = findings.contains { $0.severity == "error" }
            #expect(run.status == .exited(hasErrors ? 1 : 0))
        }
    }

    @Test func everyRuleForHooksHasAPluginThatBreaksIt() {
        let rules = CheckRule.allCases.drop { $0 != .load }.map(\.rawValue)
        // The last three have tests of their own, below.
        let broken = Self.cases.flatMap(\.rules) + ["table", "phases", "not-run"]
        #expect(Set(rules).subtracting(broken).isEmpty)
    }

    @Test func changesOfTheHostAreShownAndDoNotHappen() throws {
        try TemporaryFolder.with("trial") { folder in
            try TemporaryFolder.with("victim", in: "/var/tmp") { victim in
                for name in ["changed", "removed", "kept"] {
                    try TextFile.write("before\n", to: victim.appending(name))
                }
                let before = try listing(of: victim)
                let plugin = TrialPlugin(
                    manifest: Self.manifest("post-root"),
                    hook: """
                        chdir("\(victim)");
                        truncate("changed", 0); unlink("removed"); mkdir("made", 0700);
                        close(open("made/file", O_CREAT | O_WRONLY, 0600));
                        chmod(".", 0711);
                        chdir("/");
                        """)
                let findings = try plugin.check(in: folder).findings
                let names = [
                    "\(victim)", "\(victim)/changed", "\(victim)/made", "\(victim)/removed",
                ]
                #expect(findings.map(\.object) == names, "\(findings)")
                #expect(findings.allSatisfy { $0.rule == "outside-write" })
                #expect(try listing(of: victim) == before)
            }
        }
    }

    @Test func aTableThatIsWrongIsNamedOnce() throws {
        try TemporaryFolder.with("trial") { folder in
            var plugin = TrialPlugin(manifest: Self.manifest("post-root"), size: "12")
            #expect(try plugin.check(in: folder).findings.map(\.rule) == ["table"])
            plugin = TrialPlugin(manifest: Self.manifest("install"))
            let findings = try plugin.check(in: folder).findings
            #expect(findings.map(\.rule) == ["phases"])
            let message = "the plugin's code has the phases post-root, its manifest install"
            #expect(findings.first?.message == message)
        }
    }

    @Test func parametersAreThoseOfTheCommandLineThenDefaults() throws {
        let parameters = """
            {"one": {"type": "integer", "default": 1, "doc": "x"}, "two": {"type": "string", "doc": "y"}}
            """
        let plugin = TrialPlugin(
            manifest: Self.manifest("post-root", parameters: parameters),
            hook: """
                const char *one = host->parameter(host->state, "one");
                const char *two = host->parameter(host->state, "two");
                static char text[99];
                snprintf(text, sizeof text, "one %s two %s", one ? one : "-", two ? two : "-");
                error->message = text;
                return 1;
                """)
        try TemporaryFolder.with("trial") { folder in
            let plain = try plugin.check(in: folder).findings
            #expect(plain.first?.message.hasSuffix("one 1 two -") == true, "\(plain)")
            let set = try plugin.check(
                in: folder, options: ["--set", "one=7", "--set", "trial.two=b"]
            ).findings
            #expect(set.first?.message.hasSuffix("one 7 two b") == true, "\(set)")
            let wrong = try plugin.check(in: folder, options: ["--set", "on=7"]).run
            #expect(wrong.status == .exited(2))
            #expect(wrong.errors.contains("Did you mean 'one'?"), "\(wrong.errors)")
        }
    }

    @Test func nothingRunsWithStaticNorWhatWouldNotLoad() throws {
        try TemporaryFolder.with("trial") { folder in
            let marker = #"mkdir("DIR/ran", 0700);"#
            var plugin = TrialPlugin(manifest: Self.manifest("post-root"), constructor: marker)
            #expect(try plugin.check(in: folder, options: ["--static"]).findings.isEmpty)
            plugin.manifest = plugin.manifest.replacing(#""abi": 1"#, with: #""abi": 9"#)
            let findings = try plugin.check(in: folder).findings
            #expect(findings.map(\.rule) == ["contract", "not-run"])
            #expect(try !FolderListing.entries(of: folder).contains { $0.name == "ran" })
        }
    }

    /// A fixture plugin, its mode, and the errors that it is told.
    @Test(arguments: [
        ("Liar", "", ["phases"]), ("Misbehaving", "ok", []), ("Misbehaving", "exit0", ["exit"]),
        ("Misbehaving", "trap", ["crash"]), ("Misbehaving", "refuse", []),
    ])
    func aFixtureGivesItsFindings(library: String, mode: String, errors: [String]) throws {
        try TemporaryFolder.with("trial") { folder in
            let file = BuiltProducts.folder.appending("lib\(library).so").string
            let options = mode.isEmpty ? [] : ["--set", "mode=\(mode)"]
            let run = try DibhostRun(["plugin", "check"] + options + [file], in: folder)
            let found = run.output.split(separator: "\n").filter { $0.hasPrefix("error ") }
                .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
            #expect(found == errors, "\(run.output) \(run.errors)")
        }
    }

    /// How the check is ended, and how it ends.
    @Test(arguments: [(SIGKILL, LinuxSystem.ExitStatus.signalled(SIGKILL)), (SIGINT, .exited(130))])
    func aCheckThatIsEndedLeavesNothing(signal: Int32, end: LinuxSystem.ExitStatus) throws {
        try TemporaryFolder.with("trial") { folder in
            let plugin = TrialPlugin(
                manifest: Self.manifest("install"), hook: Self.running("sleep 999; : DIR"),
                phase: "INSTALL")
            try plugin.compile(in: folder, as: "plugin.so")
            let output = try FileDescriptor.open("/dev/null", .writeOnly, options: .closeOnExec)
            defer { try? output.close() }
            let file = folder.appending("plugin.so").string
            let child = try Command(
                BuiltProducts.dibhost.string, ["plugin", "check", "--deadline", "600", file]
            ).start(output: output, error: output)
            let marker = "sleep 999; : \(folder)"
            try wait { try processes(naming: marker) > 0 }
            child.signal(signal)
            #expect(try child.wait() == end)
            try wait { try processes(naming: folder.string) == 0 }
        }
    }

    private func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<600 {
            if try condition() { return }
            try Command("sleep", ["0.1"]).checkedOutput()
        }
        Issue.record("nothing has happened within a minute")
    }

    private func processes(naming text: String) throws -> Int {
        try FolderListing.entries(of: "/proc").count { entry in
            guard Int32(entry.name) != nil else { return false }
            let path = FilePath("/proc").appending(entry.name).appending("cmdline")
            // It may end at any moment.
            return (try? TextFile.read(path))?.contains(text) == true
        }
    }

    @Test func aCrashOutsideTheChrootIsToldWithItsLine() throws {
        try TemporaryFolder.with("trial") { folder in
            let file = BuiltProducts.folder.appending("libScribe.so").string
            let (findings, _) = try TrialPlugin.findings(
                of: file, in: folder, options: ["--set", "work=trap"])
            let crash = try #require(
                findings.first { $0.rule == "crash" && $0.phase == "post-root" })
            #expect(crash.detail?.contains("ScribeElement.swift:") == true, "\(crash)")
        }
    }

    @Test func theProjectsOwnPluginsHaveNoErrorsAndLeaveNothing() throws {
        try TemporaryFolder.with("trial") { folder in
            let plugins = try BuiltProducts.pluginFolder(in: folder)
            let mounts = try MountTable.entries().map(\.path)
            for entry in try FolderListing.entries(of: plugins) {
                let file = plugins.appending(entry.name).string
                let (findings, run) = try TrialPlugin.findings(of: file, in: folder)
                #expect(run.status == .exited(0), "\(run.output) \(run.errors)")
                // A hook may miss a real system on the scratch tree, and debug builds need a library more.
                let rules = Set(findings.filter { $0.severity == "warning" }.map(\.rule))
                #expect(rules.isSubset(of: ["hook-error", "needed-library"]), "\(findings)")
            }
            #expect(try MountTable.entries().map(\.path) == mounts)
            let left = try FolderListing.entries(of: "/tmp").map(\.name)
            #expect(!left.contains { $0.hasPrefix("dibhost-check-") })
        }
    }

    @Test func withoutRootTheDryRunIsRefused() throws {
        try TemporaryFolder.with("trial") { folder in
            try Command("chmod", ["0755", folder.string]).checkedOutput()
            try TestPlugin.write(
                Self.manifest("post-root"), to: folder.appending("plugin.so"))
            let nobody = Command.Credentials(user: 65534, group: 65534, groups: [65534])
            let run = try DibhostRun(["plugin", "check", "plugin.so"], in: folder, as: nobody)
            #expect(run.status == .exited(3))
            #expect(run.errors.contains("Look at the file alone with --static"), "\(run.errors)")
            let alone = try DibhostRun(
                ["plugin", "check", "--static", "plugin.so"], in: folder, as: nobody)
            #expect(alone.status == .exited(0), "\(alone.errors)")
        }
    }

    /// Each file with its type, mode, owner, size, and times of its last change to the nanosecond.
    private func listing(of folder: FilePath) throws -> String {
        let format = "%p %y %m %U %s %T@ %C@\\n"
        return try Command("find", [folder.string, "-printf", format]).checkedOutput()
    }
}
