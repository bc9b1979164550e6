// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import Testing

/// YAML as the original's reader understands it.
struct YAMLTests {
    private static func source(_ text: String) -> YAMLSource {
        YAMLSource(kind: "file", name: "f", text: text)
    }

    /// Values that look like something else than they are, with those that are what they look like.
    private static let scalars = [
        "yes", "Yes", "YES", "yEs", "y", "on", "Off", "true", "TRUE", "tRUE", "~", "null", "Null",
        "nULL", "''",
        "0", "7", "-7", "+7", "007", "08", "0o17", "0b101", "-0b1", "0x1F", "0xG", "1_000", "0_",
        "12:30:45", "-1:30",
        "1:75", "190:20:30", "9223372036854775807", "-9223372036854775808",
        "1.5", "1.", ".5", "1e3", "1.0e3", "1.0e+3", "-1.5", ".inf", "-.INF", ".nan", "1:30.5",
        "1.2.3", "1_0.5", "+.5",
        "2026-11-29", "2026-1-1", "2026-11-29T10:00:00Z", "2026-11-29 10:00:00 +1:00",
        "2026-11-29 10:00", "20261129",
        "'5'", "\"yes\"", "!!str 5", "! 5", "a b", "4096k", "10%", "bookworm",
    ]

    @Test
    func `plain values mean what they mean to PyYAML`() throws {
        let text = Self.scalars.map { "- \($0)\n" }.joined()
        let script = """
            import datetime, sys, yaml
            for value in yaml.safe_load(sys.argv[1]):
                kind = {str: 'a text', bool: 'true or false', int: 'a whole number', float: 'a number',
                    datetime.date: 'a date', datetime.datetime: 'a date', type(None): 'nothing'}[type(value)]
                print(kind, value if type(value) in (bool, int) else '')
            """
        let answer = try Command("/usr/bin/python3", ["-c", script, text]).checkedOutput()
        let items = try #require(try Self.source(text).document()?.list)
        let own = items.map { item in
            let value = item.truth.map { $0 ? "True" : "False" } ?? item.integer.map { "\($0)" }
            return "\(item.valueType.rawValue) \(value ?? "")"
        }
        let theirs = answer.split(separator: "\n", omittingEmptySubsequences: false)
        for (scalar, (own, theirs)) in zip(Self.scalars, zip(own, theirs)) {
            #expect(own == theirs, "\(scalar)")
        }
        #expect(own.count == Self.scalars.count && theirs.count > own.count)
    }

    @Test
    func `a number of more than 64 bits is a whole number without a value`() throws {
        let items = try Self.source("[9223372036854775808, 99999999999999999999:30]").document()?
            .list
        #expect(items?.map(\.valueType) == [.integer, .integer])
        #expect(items?.map(\.integer) == [nil, nil])
    }

    @Test
    func `aliases stand for what their anchor named last`() throws {
        let text = "a: &x {k: 1}\nb: *x\nc: &x [2]\nd: *x\ne:\n  <<: [{k: 3}, {l: 4}]\n  k: 5\n"
        let map = try #require(try Self.source(text).document()?.map)
        #expect(map[1].value == map[0].value)
        #expect(map[3].value == map[2].value)
        #expect(map[4].value.map?.map { "\($0.key)=\($0.value.text ?? "")" } == ["k=5", "l=4"])
        #expect(map.map(\.line) == [1, 2, 3, 4, 5])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "---\n...\n", "--- ~\n"])
    func `nothing but comments is no document`(text: String) throws {
        let document = try Self.source(text).document()
        #expect(document == nil || document?.valueType == .nothing)
        #expect((document == nil) == !text.contains("~"))
    }

    private static let refusals = [
        ("a: [1\nb: 2\n", "file 'f:2': did not find expected ',' or ']'"),
        ("a: b\n c: d\n", "file 'f:2': mapping values are not allowed in this context"),
        ("a: 1\nb: 2\na: 3\n", "file 'f:3': the key 'a' stands there twice"),
        ("a: *x\n", "file 'f:1': an alias without its anchor"),
        ("a: &x [*x]\n", "file 'f:1': an alias without its anchor"),
        ("a: 1\n---\nb: 2\n", "file 'f:2': a second document begins"),
        ("a: 1\n[b]: 2\n", "file 'f:2': a key is no plain value"),
        ("a: 1\n<<: 2\n", "file 'f:2': '<<' takes a map, or a list of maps"),
        ("a: 1\nb: \u{1}\n", "file 'f:2': control characters are not allowed"),
        (String(repeating: "[", count: 100_000), "file 'f:1': more than 500 levels in each other"),
    ]

    @Test(arguments: refusals)
    func `a fault is named with its line`(text: String, message: String) {
        #expect {
            try Self.source(text).document()
        } throws: {
            ($0 as? BuildError)?.message == message
        }
    }
}
