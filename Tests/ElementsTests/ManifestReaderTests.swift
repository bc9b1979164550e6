// SPDX-License-Identifier: Apache-2.0

import Elements
import Planning
import TestSupport
import Testing

/// A manifest's text, what is refused in it, and the hint.
private struct BrokenManifest: Sendable, CustomTestStringConvertible {
    var text: String
    var problem: String
    var hint: String?

    init(_ text: String, _ problem: String, _ hint: String? = nil) {
        self.text = text
        self.problem = problem
        self.hint = hint
    }

    /// One more member in a manifest that is whole without it.
    init(member: String, _ problem: String, _ hint: String? = nil) {
        self.init(TestPlugin.manifest("x", member), problem, hint)
    }

    /// A package with a condition on the parameters of an otherwise whole manifest.
    init(condition: String, _ problem: String, _ hint: String? = nil) {
        self.init(
            member: """
                "parameters": {
                  "release": {"type": "string", "doc": "d", "choices": ["a", "b"]},
                  "on": {"type": "boolean", "doc": "d"},
                  "token": {"type": "string", "doc": "d", "secret": true}},
                "packages": {"debian": [{"name": "p", "when": \(condition)}]}
                """, "'$.packages.debian[0].when\(problem.hasPrefix("[") ? "" : ".")\(problem)",
            hint)
    }

    /// A layout in an otherwise whole manifest.
    init(layout: String, _ problem: String, _ hint: String? = nil) {
        self.init(
            member: "\"layouts\": {\"default\": \(layout)}",
            "'$.layouts.default' cannot be used: disk layout 'x:\(problem)", hint)
    }

    var testDescription: String { problem }
}

private let broken = [
    BrokenManifest("{}", "'$.schema' is missing"),
    BrokenManifest(#"{"schema": "1"}"#, "'$.schema' is no integer"),
    BrokenManifest(
        #"{"schema": 2}"#, "'$.schema' is 2, and this dibhost reads 1",
        "Use a newer dibhost, or an older version of the plugin."),
    BrokenManifest(#"{"schema": 1}"#, "'$.name' is missing"),
    BrokenManifest(
        #"{"schema": 1, "name": "a/b"}"#, "'$.name' is 'a/b'",
        "A name consists of letters, digits, '-' and '_'."),
    BrokenManifest(
        #"{"schema": 1, "name": "x", "version": "1", "summary": "s", "abi": -1}"#, "'$.abi' is -1"),
    BrokenManifest(
        member: #""requirs": []"#, "'$.requirs' is no known key", "Did you mean 'requires'?"),
    BrokenManifest(member: #""requires": "y""#, "'$.requires' is no list"),
    BrokenManifest(member: #""requires": ["y", 3]"#, "'$.requires[1]' is no string"),
    BrokenManifest(member: #""exports": {"A": 3}"#, "'$.exports.A' is no string"),
    BrokenManifest(member: #""vendor": null"#, "'$.vendor' is no string"),
    BrokenManifest(
        member: #""parameters": {"a.b": {"type": "string", "doc": "d"}}"#,
        #"'$.parameters["a.b"]' is no name of a parameter"#,
        "A name consists of letters, digits, '-' and '_'."),
    BrokenManifest(
        member: #""parameters": {"release": {"type": "strng", "doc": "d"}}"#,
        "'$.parameters.release.type' is 'strng'", "Did you mean 'string'?"),
    BrokenManifest(
        member: #""parameters": {"release": {"type": "string"}}"#,
        "'$.parameters.release.doc' is missing"),
    BrokenManifest(
        member: #""parameters": {"n": {"type": "integer", "doc": "d", "default": "x"}}"#,
        "'$.parameters.n.default' is 'x', which is no integer", "Give a whole number, such as 4."),
    BrokenManifest(
        member:
            #""parameters": {"r": {"type": "string", "doc": "d", "default": "c", "choices": ["a"]}}"#,
        "'$.parameters.r.default' is 'c', which is not allowed", "Did you mean 'a'? It may be: a."),
    BrokenManifest(
        member:
            #""parameters": {"p": {"type": "string", "doc": "d", "default": "c", "secret": true}}"#,
        "'$.parameters.p.default' stands where everybody can read it, and this is a secret"),
    BrokenManifest(
        member:
            #""parameters": {"p": {"type": "string", "doc": "d", "default": "c", "required": true}}"#,
        "'$.parameters.p.default' is never used, as users must give a value"),
    BrokenManifest(
        member: #""parameters": {"p": {"type": "string", "doc": "d", "environment": "A-B"}}"#,
        "'$.parameters.p.environment' is 'A-B', which is no name of a variable"),
    BrokenManifest(
        member: #""phases": {"instal": {"order": 1}}"#, "'$.phases.instal' is no phase",
        "Did you mean 'install'?"),
    BrokenManifest(
        member: #""phases": {"install": {"order": 1000}}"#, "'$.phases.install.order' is 1000",
        "Give a number from 0 to 999."),
    BrokenManifest(
        member: #""phases": {"install": {"ordr": 1}}"#, "'$.phases.install.order' is missing"),
    BrokenManifest(
        member: #""packages": {"debian": ["a", 3]}"#,
        "'$.packages.debian[1]' is neither a package's name nor an object"),
    BrokenManifest(
        member: #""packages": {"debian": [{"name": "a", "arch": []}]}"#,
        "'$.packages.debian[0].arch' is no known key",
        "Known are: architectures, name, names, phase, when."),
    BrokenManifest(
        member: #""packages": {"debian": [{"name": "a", "names": ["b"]}]}"#,
        "'$.packages.debian[0].names' stands beside 'name'"),
    BrokenManifest(
        member: #""packages": {"debian": [{"names": []}]}"#, "'$.packages.debian[0].names' is empty"
    ),
    BrokenManifest(
        member: #""packages": {"debian": [{"phase": "install"}]}"#,
        "'$.packages.debian[0].name' is missing"),
    BrokenManifest(
        condition: #"{"relase": ["a"]}"#, "relase' is no parameter of the element",
        "Did you mean 'release'?"),
    BrokenManifest(
        condition: #"{"release": ["a", "bb"]}"#,
        "release[1]' is 'bb', which is not allowed", "Did you mean 'b'? It may be: a, b."),
    BrokenManifest(
        condition: #"{"on": ["maybe"]}"#,
        "on[0]' is 'maybe', which is neither true nor false",
        "Give true, false, yes, no, 1 or 0."),
    BrokenManifest(condition: #"{"release": []}"#, "release' names no value"),
    BrokenManifest(condition: #"{"release": "a"}"#, "release' is no list"),
    BrokenManifest(
        condition: #"{"release": [{}]}"#,
        "release[0]' is no string, integer or boolean"),
    BrokenManifest(
        condition: #"{"token": ["x"]}"#,
        "token' is a secret, and a plan shows its packages"),
    BrokenManifest(
        condition: #"{"build.firmwar": ["efi"]}"#,
        #"["build.firmwar"]' is no value that a package can depend on"#,
        "Did you mean 'build.firmware'?"),
    BrokenManifest(
        condition: #"{"build.packages": ["efi"]}"#,
        #"["build.packages"]' is no value that a package can depend on"#,
        "Known are: build.root-file-system, build.boot-file-system, build.file-systems,"
            + " build.partition-table, build.volume-manager, build.encryption, build.firmware."),
    BrokenManifest(
        condition: #"{"build.firmware": ["efi", "uefi"]}"#, #"["build.firmware"][1]' is 'uefi'"#,
        "Known are: bios, efi, both, none."),
    BrokenManifest(
        condition: #"{"build.firmware": []}"#, #"["build.firmware"]' names no value"#),
    BrokenManifest(member: #""layouts": []"#, "'$.layouts' is no object"),
    BrokenManifest(member: #""layouts": {"default": {}}"#, "'$.layouts.default' is no list"),
    BrokenManifest(
        member: #""layouts": {"x86-64": []}"#, #"'$.layouts["x86-64"]' is no architecture"#,
        "Use 'default', or one of Debian's names such as arm64."),
    BrokenManifest(
        layout: #"[{"local_loop": {"name": "image0", "sise": "1GiB"}}]"#,
        "$.layouts.default[0].local_loop.sise': unknown key 'sise'", "Did you mean 'size'?"),
    BrokenManifest(
        layout: """
            [{"local_loop": {"name": "image0"}}, {"partitioning": {"base": "image0", "label": "gpt",
              "partitions": [{"name": "root", "size": "100%", "type": 8300, "flags": ["bot"],
                "mkfs": {"mount": {"mount_point": "/"}}}]}}]
            """,
        "$.layouts.default[1].partitioning.partitions[0].flags': partition 'root' has the unknown"
            + " flag 'bot'", "Flags are 'boot' and 'primary'."),
    BrokenManifest(
        member: #""exports": {"DIB_RELEASE": "{release}"}"#,
        "'$.exports.DIB_RELEASE' refers to unknown parameter 'release'"),
    BrokenManifest(
        member: #""privileges": ["netwrk"]"#, "'$.privileges[0]' is 'netwrk'",
        "Did you mean 'network'?"),
]

@Test(arguments: broken)
private func aFaultIsNamedByItsPlace(manifest: BrokenManifest) {
    #expect(
        throws: PluginFault("has a broken manifest: \(manifest.problem)", hint: manifest.hint)
    ) {
        try ManifestReader.read(Array(manifest.text.utf8))
    }
}

@Test
private func aWholeManifestIsRead() throws {
    let text = """
        {"schema": 1, "name": "nic", "version": "2.1", "summary": "A driver", "vendor": "V",
         "license": "MIT", "abi": 1, "requires": ["base"], "provides": ["driver"],
         "conflicts": ["other"], "architectures": ["amd64"], "distributions": ["debian"],
         "parameters": {
           "mtu": {"type": "integer", "default": 1500, "doc": "Bytes", "environment": "NIC_MTU"},
           "on": {"type": "boolean", "default": true, "doc": "Whether", "build-only": true},
           "names": {"type": "list", "default": ["a", "b"], "doc": "Names"}},
         "phases": {"post-install": {"order": 999}, "root": {"order": 7}},
         "packages": {"debian": ["a-{architecture}",
           {"name": "b", "phase": "install", "architectures": ["arm64"]},
           {"names": ["c", "d"], "when": {"mtu": [9000, "01500"], "on": [true]}}]},
         "exports": {"MTU": "m{mtu}"}, "privileges": ["network"],
         "tools": {"mmdebstrap": "mmdebstrap"}}
        """
    let manifest = try ManifestReader.read(Array(text.utf8))
    #expect(manifest.parameters.map(\.name) == ["mtu", "names", "on"])
    #expect(manifest.parameters.map(\.defaultValue) == ["1500", "a,b", "true"])
    #expect(manifest.parameters.map(\.isBuildOnly) == [false, false, true])
    #expect(
        manifest.phases == [.init(phase: .root, order: 7), .init(phase: .postInstall, order: 999)])
    #expect(
        manifest.packages["debian"] == [
            .init(name: "a-{architecture}"),
            .init(name: "b", phase: .install, architectures: ["arm64"]),
            .init(name: "c", when: ["mtu": ["9000", "1500"], "on": ["true"]]),
            .init(name: "d", when: ["mtu": ["9000", "1500"], "on": ["true"]]),
        ])
    #expect(manifest.privileges == [.network])
    #expect(manifest.tools == ["mmdebstrap": "mmdebstrap"])
}

@Test
private func aLayoutIsReadWithThePlacesOfItsValues() throws {
    let text = TestPlugin.manifest(
        "x",
        """
        "layouts": {"arm64": [{"local_loop": {"name": "image0", "size": "2GiB", "block_size": 4096,
          "mkfs": {"type": "ext4", "label": "ü\\"😀\\u0085", "uuid": null, "mount": {"mount_point": "/"}}}}]}
        """)
    let manifest = try ManifestReader.read(Array(text.utf8))
    let source = try #require(manifest.layouts["arm64"])
    #expect(
        source.text == """
            [
            {
            "local_loop": {
            "block_size": 4096,
            "mkfs": {
            "label": "ü\\"😀\\u0085",
            "mount": {
            "mount_point": "/"
            },
            "type": "ext4",
            "uuid": ""
            },
            "name": "image0",
            "size": "2GiB"
            }
            }
            ]

            """)
    #expect(
        source.place(8) == "disk layout 'x:$.layouts.arm64[0].local_loop.mkfs.mount.mount_point'")
    let document = try #require(try source.document())
    #expect(document.list?.first?.map?.first?.value.map?.last?.value.text == "2GiB")
}
