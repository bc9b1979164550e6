// SPDX-License-Identifier: Apache-2.0

import Elements
import Foundation
import Planning
import TestSupport
import Testing

/// The members of a phase that names a function, what is refused in them, and the hint.
private struct BrokenHook: Sendable, CustomTestStringConvertible {
    var members: String
    var problem: String
    var hint: String?
    var phase = "install"

    init(_ members: String, _ problem: String, _ hint: String? = nil, phase: String = "install") {
        self.members = members
        self.problem = problem
        self.hint = hint
        self.phase = phase
    }

    var testDescription: String { problem }
    var text: String { manifest(#""phases": {"\#(phase)": {"order": 65, \#(members)}}"#) }
}

private func manifest(_ members: String) -> String {
    TestPlugin.manifest(
        "nic",
        """
        "parameters": {
          "release": {"type": "string", "doc": "d", "default": "bookworm"},
          "mtu": {"type": "integer", "doc": "d", "default": 70000},
          "sriov": {"type": "boolean", "doc": "d"}}, \(members)
        """)
}

private let types =
    "Types are: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool, str, path, bytes, fd, void, fn."

private let broken = [
    BrokenHook(#""symbol": "f""#, "'$.phases.install.signature' is missing"),
    BrokenHook(#""signature": "i32()""#, "'$.phases.install.symbol' is missing"),
    BrokenHook(#""arguments": []"#, "'$.phases.install.symbol' is missing"),
    BrokenHook(#""symbol": 4"#, "'$.phases.install.symbol' is no string"),
    BrokenHook(
        #""symbol": "f g", "signature": "i32()""#, "'$.phases.install.symbol' is 'f g'",
        "The name of a C function consists of letters, digits and '_'."),
    BrokenHook(
        #""symbol": "f", "signatur": "i32()""#, "'$.phases.install.signatur' is no known key",
        "Did you mean 'signature'?"),
    BrokenHook(
        #""symbol": "f", "signature": "i32()", "argument": []"#,
        "'$.phases.install.argument' is no known key", "Did you mean 'arguments'?"),
    BrokenHook(
        #""symbol": "f", "signature": "i32(path,strr)", "arguments": []"#,
        "'$.phases.install.signature' is 'i32(path,strr)', and at character 10 'strr' is no type",
        "Did you mean 'str'? \(types)"),
    BrokenHook(
        #""symbol": "f", "signature": "str()""#,
        "'$.phases.install.signature' is 'str()', and at character 1 'str' is not what the function of a hook returns",
        "It returns an integer, such as i32, where 0 is success, or void."),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str)""#,
        "'$.phases.install.arguments' has 0 entries, and the signature 1 argument",
        "Give one entry for each type of the signature, bytes included."),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str)", "arguments": "release""#,
        "'$.phases.install.arguments' is no list"),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str)", "arguments": [{"a": 1}]"#,
        "'$.phases.install.arguments[0]' is no string, number, true or false"),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str,u64)", "arguments": ["release", "mtuu"]"#,
        "'$.phases.install.arguments[1]' is 'mtuu', which is no parameter, value of the build or service of the host",
        "Did you mean 'mtu'?"),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str,u8)", "arguments": ["release", 256]"#,
        "'$.phases.install.arguments[1]' is 256, which does not fit u8", "Give 0 to 255."),
    BrokenHook(
        #""symbol": "f", "signature": "i32(path)", "arguments": ["target.root"]"#,
        #"'$.phases["post-root"].arguments[0]' is 'target.root', and in phase post-root that is a path of the build host"#,
        "Bind 'target.fd' to an argument of type fd, or declare the privilege 'raw-host-path'.",
        phase: "post-root"),
    BrokenHook(
        #""symbol": "f", "signature": "i32(str,u16)", "arguments": ["release", "mtu"]"#,
        "'$.parameters.mtu.default' is '70000', which does not fit u16, argument 2 of the function 'f'",
        "Give 0 to 65535."),
]

@Test(arguments: broken)
private func aFaultInAFunctionIsNamedByItsPlace(hook: BrokenHook) {
    #expect(throws: PluginFault("has a broken manifest: \(hook.problem)", hint: hook.hint)) {
        try ManifestReader.read(Array(hook.text.utf8))
    }
}

@Test func aFunctionIsReadAndSurvivesThePlan() throws {
    let text = manifest(
        #"""
        "phases": {"cleanup": {"order": 1},
          "install": {"order": 65, "symbol": "nic_install",
            "signature": "i32(path, str, u64, bool, f64, i64, u64, str, fn(i32,str)->void)",
            "arguments": ["target.root", "release", "mtu", "sriov", -2.5, -7,
                          18446744073709551615, "'quiet'", "host.log"]}}
        """#)
    let manifest = try ManifestReader.read(Array(text.utf8))
    let function = try #require(manifest.function(of: .install))
    #expect(function.symbol == "nic_install")
    #expect(
        function.signature.description
            == "i32(path,str,u64,bool,f64,i64,u64,str,fn(i32,str)->void)")
    #expect(
        function.arguments == [
            .init(.buildValue, "target.root"), .init(.parameter, "release"),
            .init(.parameter, "mtu"), .init(.parameter, "sriov"), .init(.literal, "-2.5"),
            .init(.literal, "-7"), .init(.literal, "18446744073709551615"),
            .init(.text, "quiet"), .init(.service, "host.log"),
        ])
    #expect(manifest.tablePhases == [.cleanup])
    let copy = try JSONDecoder().decode(
        ElementManifest.self, from: try JSONEncoder().encode(manifest))
    #expect(copy == manifest)
}
