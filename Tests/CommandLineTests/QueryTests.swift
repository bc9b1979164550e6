// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func withElements(_ body: (FilePath) throws -> Void) throws {
    try TemporaryFolder.with("query") { folder in
        let members = """
            "provides": ["operating-system"], "phases": {"root": {"order": 5}},
            "privileges": ["network"], "parameters": {
              "release": {"type": "string", "default": "bookworm", "doc": "Which",
                          "environment": "DIB_RELEASE"},
              "token": {"type": "string", "doc": "A secret", "secret": true}}
            """
        try Command("install", ["-d", folder.appending("plugins").string]).checkedOutput()
        try TestPlugin.write(
            TestPlugin.manifest("os", members), to: folder.appending("plugins/os.so"))
        try TextFile.write("junk", to: folder.appending("plugins/junk.so"))
        try TextFile.writeScript(
            "#!/bin/sh\n", to: folder.appending("scripts/motd/install.d/20-motd"))
        try TextFile.write("", to: folder.appending("scripts/os/README"))
        try body(folder)
    }
}

private let paths = ["--plugin-dir", "plugins", "--elements-path", "scripts"]

@Test
private func elementsListShowsWhatIsUsedHiddenAndLeftOut() throws {
    try withElements { folder in
        let run = try DibhostRun(["elements", "list"] + paths, in: folder)
        #expect(run.status == .exited(0))
        let text = run.output.replacing(folder.string, with: "DIR")
        #expect(
            text == """
                NAME  KIND    VERSION  PROVIDES          PATH
                motd  legacy  -        -                 DIR/scripts/motd
                os    native  1.0      operating-system  DIR/plugins/os.so
                os    legacy  -        -                 DIR/scripts/os (hidden by 'DIR/plugins/os.so')

                left out:
                  'DIR/plugins/junk.so' is no ELF file

                """)
    }
}

@Test
private func elementsListAsJSONHoldsTheManifests() throws {
    struct Listing: Decodable {
        var elements: [ElementDescription]
        var rejected: [RejectedElement]
    }
    try withElements { folder in
        let run = try DibhostRun(["elements", "list", "--json"] + paths, in: folder)
        let listing = try JSONDecoder().decode(Listing.self, from: Data(run.output.utf8))
        #expect(listing.elements.map(\.name) == ["motd", "os", "os"])
        #expect(listing.elements[1].manifest?.parameters.map(\.name) == ["release", "token"])
        #expect(listing.elements[2].shadowedBy == listing.elements[1].path)
        #expect(listing.rejected.map(\.reason) == ["is no ELF file"])
    }
}

@Test
private func elementsShowNamesParametersAndHooks() throws {
    try withElements { folder in
        let run = try DibhostRun(["elements", "show", "os"] + paths, in: folder)
        #expect(
            run.output.replacing(folder.string, with: "DIR") == """
                name        os
                kind        native
                version     1.0
                summary     For a test
                path        DIR/plugins/os.so
                provides    operating-system
                privileges  network
                parameters
                  release  string  = bookworm  DIB_RELEASE  Which
                  token    string  secret                   A secret
                hooks
                  root  05-os
                hides 'DIR/scripts/os'

                """)
    }
}

@Test
private func pluginInspectNamesMachineAndContract() throws {
    try withElements { folder in
        let run = try DibhostRun(["plugin", "inspect", "plugins/os.so"], in: folder)
        #expect(run.status == .exited(0))
        let facts = Dictionary(
            uniqueKeysWithValues: run.output.split(separator: "\n").map { line in
                let words = line.split(separator: " ", maxSplits: 1)
                return (words[0], words.dropFirst().joined().drop { $0 == " " })
            })
        #expect(facts["machine"] == "x86_64")
        #expect(facts["entry"] == "dib_element_v1")
        #expect(facts["contract"] == "version 1")
    }
}

@Test
private func aPlanShowsStepsAndOriginsAndNoSecret() throws {
    try withElements { folder in
        let arguments =
            ["plan", "-n", "os", "motd", "--set", "os.token=hunter2", "-o", "out/a"] + paths
        let environment = [
            "DIB_RELEASE": "trixie", "DIB_PASSWORD": "hunter2", "SOURCE_DATE_EPOCH": "1700000000",
        ]
        let text = try DibhostRun(arguments, in: folder, environment: environment)
        #expect(text.status == .exited(0))
        #expect(!text.output.contains("hunter2"))
        let expected = [
            "  os    native  1.0  requested  may use network",
            "  os.release  trixie  environment DIB_RELEASE",
            "  os.token    ***     --set", "  3   root     05-os", "  qcow2  out/a.qcow2",
            "source date\n  1700000000  2023-11-14T22:13:20Z  environment SOURCE_DATE_EPOCH",
        ]
        for line in expected { #expect(text.output.contains(line), Comment(rawValue: line)) }
        #expect(
            text.errors.replacing(folder.string, with: "DIR")
                == "dibhost: warning: element 'os': 'DIR/plugins/os.so' is used instead of 'DIR/scripts/os'"
        )

        let json = try DibhostRun(arguments + ["--json"], in: folder, environment: environment)
        #expect(!json.output.contains("hunter2"))
        let plan = try JSONDecoder().decode(BuildPlan.self, from: Data(json.output.utf8))
        #expect(plan.elements.map(\.description.name) == ["os", "motd"])
        #expect(plan.steps.map(\.name).prefix(3) == ["make workspace", "assemble hooks", "05-os"])
        #expect(plan.parameters.map(\.value) == ["trixie", "***"])
    }
}

@Test
private func aConfigurationFileLiesBelowTheCommandLine() throws {
    try withElements { folder in
        try TextFile.write(
            """
            imagename: out/b
            types: [raw, tar]
            skip-base: true
            image-size: 3
            elements: [os]
            set:
              os: {release: trixie}
            """, to: folder.appending("build.yaml"))
        let run = try DibhostRun(
            ["plan", "--json", "--config", "build.yaml", "--image-size", "2"] + paths, in: folder)
        let plan = try JSONDecoder().decode(BuildPlan.self, from: Data(run.output.utf8))
        #expect(plan.outputs.map(\.path) == ["out/b.raw", "out/b.tar"])
        #expect(plan.layout.size == .gibibytes(2))
        #expect(plan.parameters.first?.origin == .configuration)
    }
}

@Test
private func anotherUsersPluginPathIsIgnoredUnderSudo() throws {
    try withElements { folder in
        let environment = ["SUDO_UID": "12345", "DIBHOST_PLUGIN_PATH": "plugins"]
        let run = try DibhostRun(
            ["elements", "show", "os"], in: folder, environment: environment)
        #expect(run.status == .exited(2))
        #expect(
            run.errors == """
                dibhost: warning: DIBHOST_PLUGIN_PATH is ignored when dibhost runs through sudo; \
                use --plugin-dir
                dibhost: error: unknown element 'os'
                  hint: No element was found: name a folder with --plugin-dir or --elements-path.
                """)
        let own = try DibhostRun(
            ["elements", "show", "os"], in: folder,
            environment: ["DIBHOST_PLUGIN_PATH": "plugins"])
        #expect(own.status == .exited(0))
    }
}
