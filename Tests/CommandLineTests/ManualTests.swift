// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The installed manual pages and completions, read by the programs that people read them with.
@Suite struct ManualTests {
    /// The words of the commands that people call, as `--help` lists them.
    private static func commands(below words: [String] = []) throws -> [[String]] {
        let lines = try help(words).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("SUBCOMMANDS:") }) else {
            return [words]
        }
        let names = lines[(start + 1)...].prefix { !$0.isEmpty }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .map { String($0.split(separator: " ")[0]) }
        return [words] + (try names.flatMap { try commands(below: words + [$0]) })
    }

    private static func help(_ words: [String]) throws -> String {
        try Command(BuiltProducts.dibhost.string, words + ["--help"]).checkedOutput()
    }

    @Test func eachCommandHasAPageThatNamesItsOptions() throws {
        let folder = try InstalledTree.shared().appending("share/man/man1")
        let commands = try Self.commands()
        #expect(commands.count > 8)
        for words in commands {
            let page = folder.appending((["dibhost"] + words).joined(separator: "-") + ".1")
            // The warnings of groff and of mandoc, each of which finds what the other does not.
            let text = try Command(
                "man", ["--warnings", "--local-file", page.string],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "200"]
            ).capture()
            #expect(text.status == .exited(0) && text.errorLines == [], "\(text.errorLines)")
            try Command("mandoc", ["-T", "lint", "-W", "warning", page.string]).checkedOutput()
            let options = try Self.help(words).split { " ,[]()./\n".contains($0) }
                .filter { $0.hasPrefix("-") && $0.count > 1 }
            #expect(words.isEmpty || !options.isEmpty)
            for option in options {
                #expect(text.output.contains(option), "\(option) in \(page)")
            }
            let sections = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"]
            for section in sections {
                #expect(text.output.contains("\n\(section)\n"), "\(section) in \(page)")
            }
        }
    }

    @Test func theFirstPageTellsStatusVariablesFilesAndExamples() throws {
        let page = try InstalledTree.shared().appending("share/man/man1/dibhost.1")
        let text = try TextFile.read(page)
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"] {
            #expect(text.contains("\n.SH \(section)\n"))
        }
    }

    /// The lines between .EX and .EE, as they are typed.
    private static func examples(in page: FilePath) throws -> String {
        var isExample = false
        var lines: [String] = []
        for line in try TextFile.read(page).split(separator: "\n") {
            if [".EX", ".EE"].contains(line) {
                isExample = line == ".EX"
            } else if isExample {
                lines.append(String(line))
            }
        }
        return lines.joined(separator: "\n").replacing("\\-", with: "-")
            .replacing("\\e", with: "\\")
    }

    /// Builds are planned instead; a plugin that is checked may have faults, but the call may not.
    private static let exampleScript = """
        dibhost() {
            local status=0
            case "$1" in
                elements | plan) command dibhost "$@" ;;
                plugin) command dibhost "$@" || status=$?; ((status < 2)) ;;
                build) command dibhost plan "${@:2}" ;;
                *) command dibhost plan "$@" ;;
            esac
        }
        disk-image-create() { command dibhost plan --prefer-legacy all "$@"; }
        set -e
        mkdir out
        """

    @Test func everyExampleIsACommandThatDibhostTakes() throws {
        let tree = try InstalledTree.shared()
        let pages = try FolderListing.entries(of: tree.appending("share/man/man1"))
        var count = 0
        for page in pages {
            let path = tree.appending("share/man/man1").appending(page.name)
            let examples = try Self.examples(in: path)
            guard !examples.isEmpty else { continue }
            count += 1
            try TemporaryFolder.with("examples") { folder in
                let plugin = folder.appending("vendor/mellanox.so")
                try Command("mkdir", [folder.appending("vendor").string]).checkedOutput()
                try TestPlugin.write(TestPlugin.manifest("mellanox"), to: plugin)
                var script = Command(
                    "bash", ["-c", "\(Self.exampleScript)\n\(examples)"],
                    environment: [
                        "PATH": "\(tree.appending("bin")):/usr/sbin:/usr/bin:/sbin:/bin",
                        "HOME": folder.string,
                    ])
                script.workingDirectory = folder
                let run = try script.capture()
                #expect(run.status == .exited(0), "\(page.name): \(run.errorLines)")
            }
        }
        #expect(count > 3)
    }

    @Test(arguments: [
        ("disk-image-create", "[elements ...]", "DIB_QUIET"),
        ("ramdisk-image-create", "[elements ...]", "--ramdisk-element"),
        ("diskimage-builder", "file ...", "--stop-on-failure"),
    ])
    func manFindsAPageUnderEachOfTheOriginalsNames(
        name: String, arguments: String, part: String
    ) throws {
        let share = try InstalledTree.shared().appending("share")
        let text = try Command(
            "man", ["--warnings", name],
            environment: [
                "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "200",
                "MANPATH": share.appending("man").string,
            ]
        ).capture()
        #expect(text.status == .exited(0) && text.errorLines == [], "\(text.errorLines)")
        #expect(text.output.contains("\(name) [options] \(arguments)"))
        #expect(text.output.contains(part))
        let page = share.appending("man/man1/\(name).1").string
        try Command("mandoc", ["-T", "lint", "-W", "warning", page]).checkedOutput()
        let bash = share.appending("bash-completion/completions/\(name)").string
        let completed = try Command(
            "bash", ["-c", "source \(bash) && complete -p \(name)"]
        ).checkedOutput()
        #expect(completed.contains(name))
        let zsh = share.appending("zsh/site-functions/_\(name)").string
        try Command("zsh", ["-n", zsh]).checkedOutput()
    }

    @Test func completionsAreValidForTheirShells() throws {
        let share = try InstalledTree.shared().appending("share")
        let bash = share.appending("bash-completion/completions/dibhost").string
        try Command("bash", ["-n", bash]).checkedOutput()
        let zsh = share.appending("zsh/site-functions/_dibhost").string
        try Command("zsh", ["-n", zsh]).checkedOutput()
        let fish = try TextFile.read(
            share.appending("fish/vendor_completions.d/dibhost.fish"))
        #expect(fish.contains("complete -c 'dibhost'"))

        let script = """
            source "$1"
            COMP_WORDS=(dibhost plugin in) COMP_CWORD=2 COMP_LINE="dibhost plugin in" COMP_POINT=17
            complete -p dibhost >&2
            $(complete -p dibhost | grep -o '_[^ ]*') dibhost in plugin
            echo "${COMPREPLY[*]}"
            """
        let words = try Command("bash", ["-c", script, "bash", bash]).checkedOutput()
        #expect(words.contains("inspect"), "\(words)")
    }
}
