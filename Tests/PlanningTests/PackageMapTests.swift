// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// The maps of packages and services from logical names to those of a distribution.
struct PackageMapTests {
    private static let text = #"""
        {
          "release": {"debian": {"bookworm": {"a": "a-12"}}, "centos": {"8": {"a": "a-8"}}},
          "distro": {"debian": {"a": "a-debian", "b": "b-debian"}},
          "family": {"debian": {"a": "a-family", "c": "c1 c2"}, "redhat": {"c": ""}},
          "default": {"a": "a-any", "b": "b-any", "c": "c-any", "d": "", "e": "e-any"}
        }
        """#

    private static let rows: [(String, String?, String)] = [
        ("debian", "bookworm", "a-12 b-debian c1 c2 e-any f"),
        ("debian", "trixie", "a-debian b-debian c1 c2 e-any f"),
        ("debian", nil, "a-debian b-debian c1 c2 e-any f"),
        ("ubuntu", "noble", "a-family b-any c1 c2 e-any f"),
        ("centos", "8-stream", "a-8 b-any e-any f"),
        ("centos", "9-stream", "a-any b-any e-any f"),
        ("almalinux", nil, "a-any b-any e-any f"),
        ("hurd", nil, "a-any b-any c-any e-any f"),
    ]

    @Test(arguments: rows)
    func `the most specific section counts`(
        distribution: String, release: String?, names: String
    ) throws {
        let map = try PackageMap(Self.text, path: "/e/pkg-map", element: "e")
        let found = map.names(
            for: ["a", "b", "c", "d", "e", "f"], distribution: distribution, release: release)
        #expect(found.joined(separator: " ") == names)
    }

    private static let refusals = [
        ("{\"default\": {", "2': did not find expected node content"),
        ("{\"default\": [\"a\"]}", "1': a list where a map belongs"),
        ("{\"family\": {\"debian\": {\"a\": [\"b\"]}}}", "1': 'a' is mapped to a list"),
    ]

    @Test(arguments: refusals)
    func `a map that is none is refused by element, file and line`(
        text: String, message: String
    ) throws {
        let error = #expect(throws: BuildError.self) {
            try PackageMap(text, path: "/e/pkg-map", element: "e")
        }
        #expect(error?.code == .refused)
        #expect(error?.message == "package map of element 'e' '/e/pkg-map:\(message)")
    }

    // MARK: Services

    private static let services = """
        web: {debian: apache2, redhat: httpd, default: www}
        time: {default: ntp}
        own: {suse: other}
        """

    @Test(arguments: [
        ("debian", "apache2 ntp own"), ("ubuntu", "apache2 ntp own"), ("fedora", "httpd ntp own"),
        ("opensuse", "www ntp other"), ("", "www ntp own"),
    ])
    func `a service has the name of its distribution, else of the family, else the default`(
        distribution: String, names: String
    ) throws {
        var map = ServiceMap(distribution: distribution)
        try map.add(Self.services, path: "/e/svc-map", element: "e")
        #expect(map.services.map(\.name) == ["web", "time", "own"])
        #expect(map.services.map(\.mapped).joined(separator: " ") == names)
    }

    @Test func aServiceOfTwoElementsIsRefusedWithBoth() throws {
        var map = ServiceMap(distribution: "debian")
        try map.add(Self.services, path: "/one/svc-map", element: "one")
        let error = #expect(throws: BuildError.self) {
            try map.add("x: {default: y}\nweb: {default: z}", path: "/two/svc-map", element: "two")
        }
        #expect(
            error?.message
                == "service map of element 'two' '/two/svc-map:2': service 'web' is mapped already, by element 'one'"
        )
    }

    @Test(arguments: ["", "- a", "web: x", "web: {debian: {}}"])
    func `a map of services that is none is refused`(text: String) throws {
        var map = ServiceMap(distribution: "debian")
        let error = #expect(throws: BuildError.self) {
            try map.add(text, path: "/e/svc-map", element: "e")
        }
        #expect(error?.message.hasPrefix("service map of element 'e' '/e/svc-map:1': ") == true)
        #expect(error?.hint?.isEmpty == false)
    }
}
