// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What `dibhost plugin new` writes, tells and refuses.
///
/// `OutOfTreeTests` builds what it writes.
@Suite struct PluginNewTests {
    @Test func aSwiftElementIsOnePackage() throws {
        try TemporaryFolder.with("new") { folder in
            let run = try DibhostRun(
                ["plugin", "new", "my_nic-2", "--dibhost", "https://example.com/x/Dibhost.git"],
                in: folder)
            #expect(
                run.output == """
                    made 'my_nic-2' with
                        Package.swift
                        Sources/MyNic2Element/MyNic2Element.swift
                        Sources/MyNic2ElementManifest/manifest.c
                        Sources/MyNic2ElementManifest/manifest.json
                        README.md
                        .gitignore
                    next:
                        cd my_nic-2
                        swift build -c release
                        dibhost plugin check .build/release/libmy_nic-2.so
                        dibhost --plugin-dir .build/release -o image debian vm my_nic-2

                    """)
            #expect(try files(in: folder.appending("my_nic-2")) == Self.listed(run.output))
            let package = try TextFile.read(folder.appending("my_nic-2/Package.swift"))
            #expect(
                package.contains(
                    #".package(url: "https://example.com/x/Dibhost.git", branch: "main", traits: [])"#
                ))
            #expect(package.contains(#".product(name: "ElementAPI", package: "Dibhost")"#))
        }
    }

    @Test func anElementInCIsOneSourceFileAndAMakefile() throws {
        try TemporaryFolder.with("new") { folder in
            try Command("mkdir", [folder.appending("made").string]).checkedOutput()
            let run = try DibhostRun(
                ["plugin", "new", "nic", "--language", "c", "--directory", "made"], in: folder)
            #expect(
                run.output == """
                    made 'made/nic' with
                        Makefile
                        nic.c
                        manifest.json
                        README.md
                        .gitignore
                    next:
                        cd made/nic
                        make
                        dibhost plugin check nic.so
                        dibhost --plugin-dir . -o image debian vm nic

                    """)
            #expect(try files(in: folder.appending("made/nic")) == Self.listed(run.output))
        }
    }

    /// dibhost loads nothing that others could have written.
    @Test func anElementInCIsLoadedWhateverTheUmask() throws {
        try TemporaryFolder.with("new") { folder in
            let output = try VendorShell(folder: folder).run([
                "umask 002", "dibhost plugin new nic --language c", "cd nic", "make",
                "dibhost plugin check --static --strict nic.so",
                "dibhost elements list --plugin-dir .",
            ])
            #expect(output.contains("0 errors, 0 warnings"))
            #expect(output.split(separator: "\n").last?.contains("nic") == true, "\(output)")
        }
    }

    @Test(arguments: VendorPackages.Package.allCases)
    func theReadmeNamesTheCommandsThatAreTold(package: VendorPackages.Package) throws {
        let built = try VendorPackages.shared()[package]
        let readme = try TextFile.read(built.folder.appending("README.md"))
        let commands = VendorPackages.commands(built.told).dropFirst()
        #expect(commands.count == 3)
        #expect(readme.contains("```sh\n\(commands.joined(separator: "\n"))\n```"))
    }

    /// A tiny system stands in for the full Debian that the command names.
    @Test func theLastCommandMakesAnImage() throws {
        try TemporaryFolder.with("new") { folder in
            let built = try VendorPackages.shared()[.inC]
            let command = try #require(VendorPackages.commands(built.told).last)
            let line = command.replacing(
                "-o image debian vm", with: "-o '\(folder)/image' -n tiny-os")
            #expect(line != command)
            try VendorShell(folder: folder).run(
                ["cd '\(built.folder)'", line + " -t tar"],
                environment: [
                    "ELEMENTS_PATH": BuiltProducts.fixtureElements.string,
                    "TMP_DIR": folder.string,
                    "DIB_IMAGE_CACHE": folder.appending("cache").string,
                ])
            let tar = folder.appending("image.tar").string
            let motd = try Command("tar", ["-xOf", tar, "./etc/motd"]).checkedOutput()
            #expect(motd == "hello from in_c\n")
        }
    }

    @Test(arguments: [
        (
            "taken", "'taken' exists already",
            "Choose another name, or another folder with --directory."
        ),
        (
            "file", "'file' exists already",
            "Choose another name, or another folder with --directory."
        ),
        (
            "link", "'link' exists already",
            "Choose another name, or another folder with --directory."
        ),
        (
            "a/b", "'a/b' is no name for an element",
            "A name consists of letters, digits, '-' and '_', and does not begin with '-'."
        ),
        (
            "ä", "'ä' is no name for an element",
            "A name consists of letters, digits, '-' and '_', and does not begin with '-'."
        ),
        (
            "new --directory nowhere",
            "cannot make the folder 'nowhere/new': No such file or directory",
            "Name a folder that can be written with --directory."
        ),
        ("new --language ruby", "unknown language 'ruby'", "Known are: swift, c."),
        ("new --language swfit", "unknown language 'swfit'", "Did you mean 'swift'?"),
        (
            "new --dibhost taken", "there is no ElementAPI in 'taken'",
            "Name a checkout of dibhost, lib/dibhost/sdk of an installation, or the address of a git repository."
        ),
        (
            "new --dibhost it's", "'it's' cannot be written into a package",
            "Name the folder through a link without quotes, '\\', '$' and '#'."
        ),
        (
            "new --language c --dibhost git@example.com:dibhost.git",
            "an element in C needs dib_element.h, and --dibhost is no folder",
            "Clone dibhost and name that folder with --dibhost."
        ),
        (
            "nic --dibhost git@example.com:NIC.git",
            "a package 'nic' cannot depend on 'git@example.com:NIC.git'",
            "SwiftPM tells packages apart by these names: choose another one."
        ),
    ])
    func whatCannotBeMadeIsRefusedAndNothingIsTouched(
        arguments: String, message: String, hint: String
    ) throws {
        try TemporaryFolder.with("new") { folder in
            try TextFile.write("mine", to: folder.appending("taken/README.md"))
            try TextFile.write("mine", to: folder.appending("file"))
            try Command("ln", ["-s", "nowhere", folder.appending("link").string]).checkedOutput()
            let before = try Command("find", [folder.string, "-ls"]).checkedOutput()
            let run = try DibhostRun(
                ["plugin", "new"] + arguments.split(separator: " ").map(String.init), in: folder)
            #expect(run.errors == "dibhost: error: \(message)\n  hint: \(hint)")
            #expect(run.status == .exited(2))
            #expect(run.output.isEmpty)
            #expect(try Command("find", [folder.string, "-ls"]).checkedOutput() == before)
        }
    }

    @Test func aFullDiskLeavesNoHalfOfAnElement() throws {
        try TemporaryFolder.with("new") { folder in
            let small = folder.appending("small").string
            // Room for some of the files.
            let script = """
                mkdir "$1"; mount -t tmpfs -o size=12k none "$1"; status=0
                "$0" plugin new nic --directory "$1" || status=$?
                echo "$status $(ls -A "$1")"
                """
            let captured = try Command(
                "unshare", ["--mount", "sh", "-euc", script, BuiltProducts.dibhost.string, small]
            ).capture()
            #expect(captured.output == "1 \n", "\(captured.errorLines)")
            #expect(captured.errorLines.contains { $0.contains("No space left on device") })
        }
    }

    /// The files that the command says it made.
    private static func listed(_ output: String) -> [String] {
        output.split(separator: "\n").dropFirst().prefix { $0 != "next:" }
            .map { String($0.drop { $0 == " " }) }.sorted()
    }

    private func files(in folder: FilePath) throws -> [String] {
        try Command("find", [folder.string, "-type", "f", "-printf", "%P\\n"]).checkedOutput()
            .split(separator: "\n").map(String.init).sorted()
    }
}
