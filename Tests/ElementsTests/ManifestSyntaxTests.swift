// SPDX-License-Identifier: Apache-2.0

import Elements
import Planning
import TestSupport
import Testing

/// Bytes that are no JSON, or JSON that readers understand in more than one way, and where that is.
private struct BrokenText: Sendable, CustomTestStringConvertible {
    var text: String
    var fault: String

    init(_ text: String, _ fault: String) {
        self.text = text
        self.fault = fault
    }

    var testDescription: String { fault }
}

private let broken = [
    BrokenText("", "'$' is no JSON at line 1, column 1: it ends here"),
    BrokenText("[]", "'$' is no object"),
    BrokenText("{", "'$' is no JSON at line 1, column 2: here should be a name in double quotes"),
    BrokenText("\u{0}", "'$' is no JSON at line 1, column 1: here should be a value"),
    BrokenText("nul", "'$' is no JSON at line 1, column 1: here should be a value"),
    BrokenText("\u{FEFF}{}", "'$' is no JSON at line 1, column 1: here should be a value"),
    BrokenText("{} {}", "'$' is no JSON at line 1, column 4: its end is followed by more"),
    BrokenText("{}\u{0}", "'$' is no JSON at line 1, column 3: its end is followed by more"),
    BrokenText("{\"a\": 1,\n}", "'$' is no JSON at line 2, column 1: ',' is followed by '}'"),
    BrokenText(
        "{\"a\": {\n \"b\": [1, ]}}",
        "'$.a.b' is no JSON at line 2, column 11: ',' is followed by ']'"),
    BrokenText(
        "{\"a\": [1 2]}", "'$.a' is no JSON at line 1, column 10: here should be ',' or ']'"),
    BrokenText("{\"a\" 1}", "'$' is no JSON at line 1, column 6: here should be ':'"),
    BrokenText(
        "{\"a\": 1 \"b\"}", "'$' is no JSON at line 1, column 9: here should be ',' or '}'"),
    BrokenText(
        "{a: 1}", "'$' is no JSON at line 1, column 2: here should be a name in double quotes"),
    BrokenText("{\"a\": 'b'}", "'$.a' is no JSON at line 1, column 7: here should be a value"),
    BrokenText(
        "{\"a\": 1} // why", "'$' is no JSON at line 1, column 10: its end is followed by more"),
    BrokenText("{\"a\": 01}", "'$' is no JSON at line 1, column 8: here should be ',' or '}'"),
    BrokenText("{\"a\": +1}", "'$.a' is no JSON at line 1, column 7: here should be a value"),
    BrokenText("{\"a\": 1.}", "'$.a' is no JSON at line 1, column 9: here should be a digit"),
    BrokenText("{\"a\": 1e}", "'$.a' is no JSON at line 1, column 9: here should be a digit"),
    BrokenText("{\"a\": -}", "'$.a' is no JSON at line 1, column 8: here should be a digit"),
    BrokenText("{\"a\": NaN}", "'$.a' is no JSON at line 1, column 7: here should be a value"),
    BrokenText("{\"a\": \"b}", "'$.a' is no JSON at line 1, column 10: a text does not end"),
    BrokenText(
        "{\"a\": \"\n\"}", "'$.a' is no JSON at line 1, column 8: a text holds a control character"),
    BrokenText(
        #"{"a": "\x"}"#, "'$.a' is no JSON at line 1, column 9: this escape has no meaning"),
    BrokenText(
        #"{"a": "\u12"}"#,
        #"'$.a' is no JSON at line 1, column 10: \u is followed by four hexadecimal digits"#),
    BrokenText(
        #"{"a": "\ud800"}"#,
        "'$.a' is no JSON at line 1, column 14: this escape is half a character"
    ),
    BrokenText(
        #"{"a": "\ud83d\u0041"}"#,
        "'$.a' is no JSON at line 1, column 20: this escape is half a character"),
    BrokenText(#"{"a": "\u0000"}"#, "'$.a' is no JSON at line 1, column 14: a text holds a NUL"),
    BrokenText(
        "{\"a\": 1,\n \"b\": 2, \"a\": 3}", "'$.a' stands there twice, again at line 2, column 10"),
    BrokenText(
        "{\"x-y\": {\"a\": [{}, {\"b\": 1, \"b\": 1}]}}",
        #"'$["x-y"].a[1].b' stands there twice, again at line 1, column 29"#),
    BrokenText(
        String(repeating: "[", count: 100_000),
        "'$\(String(repeating: "[0]", count: 32))' is no JSON at line 1, column 33: it is nested too deeply"
    ),
]

@Test(arguments: broken)
private func whatIsNoStrictJSONIsRefusedWithItsPlace(broken: BrokenText) throws {
    let fault = #expect(throws: PluginFault.self) {
        try ManifestReader.read(Array(broken.text.utf8))
    }
    #expect(try #require(fault).reason == "has a broken manifest: \(broken.fault)")
}

@Test func bytesThatAreNoTextAreRefused() throws {
    let fault = #expect(throws: PluginFault.self) {
        try ManifestReader.read(Array("{\"a\": \"".utf8) + [0xc3, 0x28] + Array("\"}".utf8))
    }
    #expect(
        try #require(fault).reason
            == "has a broken manifest: '$.a' is no JSON at line 1, column 7: a text is no UTF-8")
}

@Test func escapesAndSpellingsOfNumbersMeanWhatTheyMean() throws {
    let text = """
        \t\r\n {"$schema": "x", "schema": 1.0, "name": "\\u0078-1", "version": "1", "abi": 1e0,
         "summary": "\\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9é",
         "phases": {"install": {"order": 5e1}}} \n
        """
    let manifest = try ManifestReader.read(Array(text.utf8))
    #expect(manifest.name == "x-1")
    #expect(manifest.summary == "😀 \"\\/\u{8}\u{c}\n\r\téé")
    #expect(manifest.phases.map(\.order) == [50])
}

@Test func whatAFaultShowsOfAHugeManifestIsShort() throws {
    let name = String(repeating: "x", count: 100_000)
    for text in [TestPlugin.manifest("\(name)/"), TestPlugin.manifest("x", "\"\(name)\": 1")] {
        let fault = #expect(throws: PluginFault.self) { try ManifestReader.read(Array(text.utf8)) }
        #expect(try #require(fault).reason.count < 700)
    }
}
