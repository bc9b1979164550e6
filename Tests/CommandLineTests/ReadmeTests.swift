// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What README.md tells the reader to type works.
struct ReadmeTests {
    private static let commands: [String] = {
        let text = (try? TextFile.read(BuiltProducts.repository.appending("README.md"))) ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("$ ") || $0.hasPrefix("make ") }
            .map { line in
                let command = line.split(separator: "#")[0].drop { $0 == "$" || $0 == " " }
                return String(command).trimmed
            }
    }()

    @Test func thereAreCommands() { #expect(Self.commands.count > 6) }

    @Test(arguments: commands)
    func everyCommandRunsOrIsATarget(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let makefile = try TextFile.read(BuiltProducts.repository.appending("Makefile"))
        if words[0] == "make" {
            #expect(makefile.contains("\n\(words[1]):"), "no target '\(words[1])'")
            return
        }
        #expect(words[0] == "dibhost")
        if words[1].hasPrefix("--plugin-dir") {
            // The build: the very words that `make image` runs, and the shared image is built with its recipe.
            let recipe = try recipe(of: "image-of-products")
            #expect(recipe.contains(words.dropFirst().joined(separator: " ")), "\(recipe)")
            return
        }
        try run(words)
    }

    /// What make would run, as one line.
    private func recipe(of target: String) throws -> String {
        var variables = ProcessEnvironment.current
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] { variables[name] = nil }
        let make = Command(
            "make", ["--dry-run", "--no-print-directory", target], environment: variables)
        return try make.inFolder(BuiltProducts.repository).checkedOutput()
            .split { " \t\n\\".contains($0) }.joined(separator: " ")
    }

    private func run(_ words: [String]) throws {
        try TemporaryFolder.with("readme") { folder in
            try Command("mkdir", ["-p", ".build"]).inFolder(folder).checkedOutput()
            let plugins = try BuiltProducts.pluginFolder(in: folder)
            try Command("mv", [plugins.string, ".build/element-plugins"])
                .inFolder(folder).checkedOutput()
            try Command("ln", ["-s", BuiltProducts.legacyElements.string, "elements-legacy"])
                .inFolder(folder).checkedOutput()
            var variables = ProcessEnvironment.current
            variables["TMP_DIR"] = folder.string
            try Command(
                BuiltProducts.dibhost.string, Array(words.dropFirst()), environment: variables
            ).inFolder(folder).checkedOutput()
        }
    }
}

extension Command {
    fileprivate func inFolder(_ folder: FilePath) -> Command {
        var command = self
        command.workingDirectory = folder
        return command
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
