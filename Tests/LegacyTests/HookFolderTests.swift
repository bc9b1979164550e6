// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

struct HookFolderTests {
    @Test func foldersOfAllElementsAreMergedAndTopFilesCopied() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "install.d/10-one": "true", "static/etc/one": "1", "element-deps": "base",
                    "tests/t.d/x": "", "pkg-map": "one", "install.d/sub/same": "one",
                ])
            try fixture.addElement(
                "two",
                [
                    "install.d/9-two": "true", "static/etc/two": "2", "pkg-map": "two",
                    "install.d/sub/same": "two", "cache.pyc": "",
                ])
            fixture.addNative("debian")
            let hooks = try fixture.assemble()
            let found = try Command("find", ["-type", "f", "-printf", "%P %m\\n"])
                .inFolder(hooks.path).checkedOutput().split(separator: "\n").sorted()
            #expect(
                found == [
                    "dib-run-parts 755", "element-deps 644", "install.d/10-one 755",
                    "install.d/9-two 755", "install.d/sub/same 755", "pkg-map 644",
                    "static/etc/one 644", "static/etc/two 644",
                ])
            #expect(try TextFile.read(hooks.path.appending("pkg-map")) == "two\n")
            let install = try hooks.hooks(of: .install)
            #expect(install.map(\.name) == ["9-two", "10-one"])
            #expect(install.map(\.element) == ["two", "one"])
            #expect(try hooks.hooks(of: .cleanup).isEmpty)
        }
    }

    @Test func aHookThatTwoElementsBringIsRefusedWithBothNames() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("first", ["install.d/10-same": "true"])
            try fixture.addElement("second", ["install.d/10-same": "true"])
            let error = #expect(throws: BuildError.self) { try fixture.assemble() }
            #expect(error?.code == .refused)
            #expect(
                error?.message
                    == "elements 'first' and 'second' both bring the file 'install.d/10-same'")
            #expect(try FolderListing.entries(of: folder).map(\.name) == ["elements"])
        }
    }

    @Test func aHookThatAnotherOneAddsIsListedWhenItsPhaseStarts() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "adder",
                [
                    "extra-data.d/50-add": """
                    cp "$0" "$TMP_HOOKS_PATH/install.d/20-added"
                    ln -s ../choice/30-chosen "$TMP_HOOKS_PATH/install.d/"
                    """,
                    "install.d/10-own": "true", "choice/30-chosen": "not run before",
                ])
            try Command("chmod", ["+x", "elements/adder/choice/30-chosen"]).inFolder(folder)
                .checkedOutput()
            let hooks = try fixture.assemble()
            let add = try #require(try hooks.hooks(of: .extraData).first)
            try fixture.environment().command(for: add).checkedOutput()
            let install = try hooks.hooks(of: .install)
            #expect(install.map(\.name) == ["10-own", "20-added", "30-chosen"])
            #expect(install.map(\.element) == ["adder", nil, nil])
        }
    }

    @Test func filesThatAreNoHooksAreNamedWithTheReason() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("one", ["install.d/10-plain": "", "install.d/20-x.sh": ""])
            try Command("chmod", ["-x", "elements/one/install.d/10-plain"]).inFolder(folder)
                .checkedOutput()
            let hooks = try fixture.assemble()
            #expect(try hooks.hooks(of: .install).isEmpty)
            #expect(
                try hooks.ignoredFiles(of: .install) == [
                    "'10-plain': it is not executable",
                    "'20-x.sh': its name is not one of a hook",
                ])
            #expect(try hooks.hooks(of: .install, pattern: "sh$").map(\.name) == ["20-x.sh"])
            #expect(throws: BuildError.self) { try hooks.hooks(of: .install, pattern: "[") }
        }
    }

    @Test func hooksBelongToTheUserWhoRunsThem() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("one", ["install.d/10-one": "true"])
            try Command("chmod", ["0777", folder.string]).checkedOutput()
            let nobody = Command.Credentials(user: 65534, group: 65534, groups: [])
            let hooks = try fixture.assemble(user: nobody)
            let owners = try Command("find", [hooks.path.string, "-printf", "%U\\n"])
                .checkedOutput()
            #expect(Set(owners.split(separator: "\n")) == ["65534"])
        }
    }

    @Test func filesThatNoElementReadsAreWarnedOf() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("one", ["package-installs.yaml": "curl:", "pkg-map": "{}"])
            #expect(
                try UnservedParts.warnings(for: fixture.elements) == [
                    "element 'one' has a 'package-installs.yaml', and no element "
                        + "'package-installs' reads it: its packages are not installed; "
                        + "name them with -p"
                ])
            try fixture.addElement("package-installs", [:])
            #expect(try UnservedParts.warnings(for: fixture.elements).isEmpty)
        }
    }

    /// A link in an element must not lead the runner's text to a file of the host's.
    @Test func aLinkInTheRunnersPlaceGivesWayToIt() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("odd", [:])
            let element = try #require(fixture.elements.last)
            let victim = folder.appending("victim")
            try Command("sh", ["-c", "echo mine >'\(victim)'"]).checkedOutput()
            let link = FilePath(element.path).appending("dib-run-parts")
            try Command("ln", ["-s", victim.string, link.string]).checkedOutput()
            let hooks = try fixture.assemble()
            #expect(try TextFile.read(victim) == "mine\n")
            #expect(try TextFile.read(hooks.path.appending("dib-run-parts")).hasPrefix("#!"))
        }
    }

    @Test func nativeElementsHaveAFolderToo() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            fixture.addNative("debian")
            var files = UserFiles()
            NativeElementView.add(to: &files, for: fixture.plan(), in: folder.appending("views"))
            try files.make()
            let view = folder.appending("views/debian")
            #expect(try TextFile.read(view.appending("element-deps")) == "base\n")
            #expect(try TextFile.read(view.appending("element-provides")) == "operating-system\n")
            #expect(
                try FolderListing.entries(of: view).map(\.name).sorted()
                    == ["element-deps", "element-provides"])
        }
    }

    /// Where scripts make the operating system, only package-installs can install what manifests ask for.
    @Test func theFolderOfANativeElementListsItsPackagesForAShellSystem() throws {
        try TemporaryFolder.with("hooks") { folder in
            var fixture = LegacyFixture(folder)
            let manifest = ElementManifest(
                schema: 1, name: "nic", version: "1", summary: "For a test", abi: 1,
                packages: [
                    "debian": [.init(name: "tool-{architecture}"), .init(name: "both")],
                    "redhat": [.init(name: "both", phase: .postInstall)],
                    "default": [.init(name: "other", architectures: ["nowhere"])],
                ])
            fixture.add(
                ElementDescription(name: "nic", kind: .native, path: "/nic.so", manifest: manifest))
            fixture.add(
                ElementDescription(
                    name: "system", kind: .legacy, path: folder.string,
                    provides: ["operating-system"]))
            var files = UserFiles()
            NativeElementView.add(to: &files, for: fixture.plan(), in: folder.appending("views"))
            try files.make()
            let view = folder.appending("views/nic")
            let list = try PackageList(
                try TextFile.read(view.appending("package-installs.yaml")), path: "", element: "nic"
            )
            #expect(list.requests.map(\.name) == ["both", "both", "tool-amd64"])
            #expect(
                list.requests.map(\.phase) == ["install.d", "post-install.d", "install.d"])
            let map = try PackageMap(
                try TextFile.read(view.appending("pkg-map")), path: "", element: "nic")
            let names = ["both", "tool-amd64"]
            func mapped(_ distribution: String) -> [String] {
                map.names(for: names, distribution: distribution, release: nil)
            }
            #expect(mapped("debian") == names)
            #expect(mapped("fedora") == ["both"])
            #expect(mapped("gentoo") == [])
        }
    }
}

extension Command {
    func inFolder(_ folder: FilePath) -> Command {
        var command = self
        command.workingDirectory = folder
        return command
    }
}
