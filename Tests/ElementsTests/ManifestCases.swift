// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// A manifest, and who takes it: both the schema and dibhost's reader, neither, or the schema alone.
struct ManifestCase: Sendable {
    enum Verdict: Sendable {
        case good
        case broken
        /// Broken in a way that no schema can tell.
        case brokenBeyondSchema
    }

    var text: String
    var verdict: Verdict
}

extension ManifestCase {
    static let all =
        members.map { ManifestCase(text: TestPlugin.manifest("x", $0.0), verdict: $0.1) }
        + documents.map { ManifestCase(text: $0.0, verdict: $0.1) }

    /// Whole documents: the members that each manifest must have.
    private static let documents: [(String, Verdict)] = [
        (start("1", #""x""#, "0"), .good),
        (start("1.0", #""x-Y_9""#, "4294967295"), .good),
        (start("1", #""9""#, "0"), .good),
        (start("2", #""x""#, "0"), .broken),
        (start(#""1""#, #""x""#, "0"), .broken),
        (start("true", #""x""#, "0"), .broken),
        (start("1", #""""#, "0"), .broken),
        (start("1", #""-x""#, "0"), .broken),
        (start("1", #""x.y""#, "0"), .broken),
        (start("1", #""x""#, "-1"), .broken),
        (start("1", #""x""#, "4294967296"), .broken),
        (start("1", #""x""#, "0.5"), .broken),
        (start("1", #""x""#, "null"), .broken),
        ("{}", .broken),
        ("[]", .broken),
        (#"{"schema": 1, "name": "x", "version": "1", "summary": "s"}"#, .broken),
        (#"{"schema": 1, "name": "x", "version": "1", "abi": 1}"#, .broken),
        (#"{"schema": 1, "name": "x", "version": 1, "summary": "s", "abi": 1}"#, .broken),
        (start("1", #""x", "name": "x""#, "0"), .brokenBeyondSchema),
        (start("1", #""x", "vendor": "a\u0000b""#, "0"), .brokenBeyondSchema),
    ]

    private static func start(_ schema: String, _ name: String, _ abi: String) -> String {
        #"{"schema": \#(schema), "name": \#(name), "version": "1", "summary": "", "abi": \#(abi)}"#
    }

    /// What may stand beside the members that must be there.
    private static let members: [(String, Verdict)] =
        simple + parameters.map { (#""parameters": \#($0.0)"#, $0.1) }
        + phases.map { (#""phases": \#($0.0)"#, $0.1) }
        + packages.map { (#"\#(given), "packages": \#($0.0)"#, $0.1) }
        + layouts.map { (#""layouts": \#($0.0)"#, $0.1) }

    private static let simple: [(String, Verdict)] = [
        (#""$schema": "../manifest.schema.json", "vendor": "v", "license": "MIT""#, .good),
        (#""requires": ["a", "b c"], "provides": [], "conflicts": [""]"#, .good),
        (#""architectures": ["amd64"], "distributions": ["debian"]"#, .good),
        (#""privileges": ["network", "raw-host-path"], "tools": {"sh": "dash"}"#, .good),
        (#""$schema": 1"#, .broken),
        (#""vendor": null"#, .broken),
        (#""requirs": []"#, .broken),
        (#""requires": "a""#, .broken),
        (#""requires": ["a", 1]"#, .broken),
        (#""distributions": {}"#, .broken),
        (#""privileges": ["netwrk"]"#, .broken),
        (#""tools": {"sh": 1}"#, .broken),
        (#""exports": {"A_1": "", "_b": "x"}"#, .good),
        (#""exports": {"1A": ""}"#, .broken),
        (#""exports": {"A-B": ""}"#, .broken),
        (#""exports": {"A": true}"#, .broken),
        (#""exports": {"A": "{p}"}"#, .brokenBeyondSchema),
    ]

    private static let parameters: [(String, Verdict)] = [
        (#"{"a": {"type": "string", "doc": ""}, "b-C_1": {"type": "path", "doc": "d"}}"#, .good),
        (#"{"a": {"type": "integer", "doc": "d", "default": 4, "choices": ["4", "5"]}}"#, .good),
        (#"{"a": {"type": "list", "doc": "d", "default": ["x", "y"], "build-only": true}}"#, .good),
        (#"{"a": {"type": "size", "doc": "d", "default": "2.5GiB"}}"#, .good),
        (#"{"a": {"type": "size", "doc": "d", "default": 4096}}"#, .good),
        (#"{"a": {"type": "size", "doc": "d", "default": "2.5 gigabytes"}}"#, .brokenBeyondSchema),
        (#"{"a": {"type": "boolean", "doc": "d", "default": "yes", "secret": false}}"#, .good),
        (#"{"a": {"type": "string", "doc": "d", "secret": true, "environment": "A"}}"#, .good),
        (#"{"a": {"type": "string", "doc": "d", "required": true}}"#, .good),
        (#"{"a": {"type": "string", "doc": "d", "default": "x", "required": false}}"#, .good),
        (#"{"a": {"type": "string", "doc": "d", "default": "x", "required": true}}"#, .broken),
        (#"[]"#, .broken),
        (#"{"a": {"type": "string"}}"#, .broken),
        (#"{"a": {"doc": "d"}}"#, .broken),
        (#"{"a": {"type": "strng", "doc": "d"}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "docs": "d"}}"#, .broken),
        (#"{"a.b": {"type": "string", "doc": "d"}}"#, .broken),
        (#"{"": {"type": "string", "doc": "d"}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "default": null}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "default": 1.5}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "default": [1]}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "default": "x", "secret": true}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "secret": 1}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "environment": "A-B"}}"#, .broken),
        (#"{"a": {"type": "string", "doc": "d", "choices": "x"}}"#, .broken),
        (#"{"a": {"type": "integer", "doc": "d", "default": "x"}}"#, .brokenBeyondSchema),
        (#"{"a": {"type": "boolean", "doc": "d", "default": 7}}"#, .brokenBeyondSchema),
        (
            #"{"a": {"type": "string", "doc": "d", "default": "x", "choices": ["y"]}}"#,
            .brokenBeyondSchema
        ),
        (#"{"deadline": {"type": "integer", "doc": "d", "default": 0}}"#, .brokenBeyondSchema),
    ]

    private static let phases: [(String, Verdict)] = [
        (
            #"{"root": {"order": 0}, "block-device": {"order": 999}, "ramdisk": {"order": 1e1}}"#,
            .good
        ),
        (#"{"install": {"order": 1, "symbol": "_f1", "signature": "i32()"}}"#, .good),
        (
            #"{"install": {"order": 1, "symbol": "f", "signature": "i32(bool,f64)", "arguments": [true, 0.5]}}"#,
            .good
        ),
        (#"{"instal": {"order": 1}}"#, .broken),
        (#"{"install": 50}"#, .broken),
        (#"{"install": {}}"#, .broken),
        (#"{"install": {"order": "50"}}"#, .broken),
        (#"{"install": {"order": 1000}}"#, .broken),
        (#"{"install": {"order": -1}}"#, .broken),
        (#"{"install": {"order": 1, "ordr": 1}}"#, .broken),
        (#"{"install": {"order": 1, "symbol": "f"}}"#, .broken),
        (#"{"install": {"order": 1, "signature": "i32()"}}"#, .broken),
        (#"{"install": {"order": 1, "arguments": []}}"#, .broken),
        (#"{"install": {"order": 1, "symbol": "f g", "signature": "i32()"}}"#, .broken),
        (
            #"{"install": {"order": 1, "symbol": "f", "signature": "i32(u8)", "arguments": [null]}}"#,
            .broken
        ),
        (#"{"install": {"order": 1, "symbol": "f", "signature": "i23()"}}"#, .brokenBeyondSchema),
        (#"{"install": {"order": 1, "symbol": "f", "signature": "i32(u8)"}}"#, .brokenBeyondSchema),
        (
            #"{"install": {"order": 1, "symbol": "f", "signature": "i32(u8)", "arguments": [256]}}"#,
            .brokenBeyondSchema
        ),
    ]

    /// Parameters on which packages can depend.
    private static let given = """
        "parameters": {"r": {"type": "string", "doc": "d", "choices": ["a", "b"]},
          "s": {"type": "string", "doc": "d", "secret": true}}
        """

    private static let packages: [(String, Verdict)] = [
        (#"{"debian": ["a-{architecture}", {"name": "b"}], "default": []}"#, .good),
        (
            #"{"debian": [{"names": ["a", "b"], "phase": "install", "architectures": [], "when": {"r": ["a"]}}]}"#,
            .good
        ),
        (#"{"debian": "a"}"#, .broken),
        (#"{"debian": [1]}"#, .broken),
        (#"{"debian": [{}]}"#, .broken),
        (#"{"debian": [{"name": "a", "names": ["b"]}]}"#, .broken),
        (#"{"debian": [{"name": "a", "names": []}]}"#, .broken),
        (#"{"debian": [{"names": []}]}"#, .broken),
        (#"{"debian": [{"name": "a", "arch": []}]}"#, .broken),
        (#"{"debian": [{"name": "a", "phase": "instal"}]}"#, .broken),
        (#"{"debian": [{"name": "a", "architectures": "amd64"}]}"#, .broken),
        (#"{"debian": [{"name": "a", "when": []}]}"#, .broken),
        (#"{"debian": [{"name": "a", "when": {"r": []}}]}"#, .broken),
        (#"{"debian": [{"name": "a", "when": {"r": "a"}}]}"#, .broken),
        (#"{"debian": [{"name": "a", "when": {"r": [null]}}]}"#, .broken),
        (#"{"debian": [{"name": "a", "when": {"build.firmware": ["efi", "both"]}}]}"#, .good),
        (
            #"{"debian": [{"name": "a", "when": {"build.firmware": ["uefi"]}}]}"#,
            .brokenBeyondSchema
        ),
        (#"{"debian": [{"name": "a", "when": {"q": ["a"]}}]}"#, .brokenBeyondSchema),
        (#"{"debian": [{"name": "a", "when": {"r": ["c"]}}]}"#, .brokenBeyondSchema),
        (#"{"debian": [{"name": "a", "when": {"s": ["c"]}}]}"#, .brokenBeyondSchema),
    ]
    private static let layouts: [(String, Verdict)] = [
        (
            #"{"default": [{"local_loop": {"name": "image0", "mkfs": {"type": "ext4", "label": "r", "mount": {"mount_point": "/"}}}}]}"#,
            .good
        ),
        (#"{}"#, .good),
        (#"[]"#, .broken),
        (#"{"default": {}}"#, .broken),
        (#"{"default": []}"#, .broken),
        (#"{"default": ["local_loop"]}"#, .broken),
        (#"{"default": [{}]}"#, .broken),
        (#"{"default": [{"local_loop": {"name": "a"}, "mkfs": {}}]}"#, .broken),
        (#"{"x86-64": [{"local_loop": {"name": "image0"}}]}"#, .broken),
        (#"{"default": [{"local_loop": {"name": "image0"}}]}"#, .brokenBeyondSchema),
        (#"{"default": [{"lvm": {"name": "lvm"}}]}"#, .brokenBeyondSchema),
    ]
}
