// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// The package-installs files of shell elements: what each key means, to the letter of the contract.
struct PackageInstallsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        /// "+name" for each package that is installed in install.d, then "-name" for each that is removed.
        var result: String
    }

    private static let variables = [
        "ARCH": "amd64", "DIB_PYTHON_VERSION": "3", "DIB_DEFAULT_INSTALLTYPE": "package",
        "DIB_INSTALLTYPE_some_element": "source", "COLOUR": "red", "EMPTY": "",
    ]

    private static func selection(
        _ texts: String..., variables: [String: String] = Self.variables
    ) throws -> PackageSelection {
        let lists = try texts.map {
            try PackageList($0, path: "/e/package-installs.yaml", element: "some-element")
        }
        return try PackageSelection(lists.flatMap(\.requests), variables: variables)
    }

    private static func shown(_ phase: PackageSelection.OfPhase) -> String {
        (phase.installed.map { "+\($0.name)" } + phase.removed.map { "-\($0.name)" })
            .joined(separator: " ")
    }

    private static let rows = [
        Row(
            testDescription: "nothing, null, an empty text, map and list mean: always",
            text: "a:\nb: ~\nc: ''\nd: {}\ne: []\n", result: "+a +b +c +d +e"),
        Row(
            testDescription: "JSON", text: #"{"a": null, "b": {"arch": "amd64"}}"#, result: "+a +b"),
        Row(
            testDescription: "another phase is not this one",
            text: "a: {phase: pre-install.d}\nb: {phase: install.d}", result: "+b"),
        Row(
            testDescription: "the install type is the element's own",
            text: "a: {installtype: source}\nb: {installtype: package}", result: "+a"),
        Row(
            testDescription: "architectures are compared whole",
            text: "a: {arch: amd64}\nb: {arch: 'arm64,amd64'}\nc: {arch: arm64}\nd: {arch: md}",
            result: "+a +b"),
        Row(
            testDescription: "spaces are part of the names",
            text: "a: {arch: 'arm64, amd64'}\nb: {not-arch: 'arm64, amd64'}", result: "+b"),
        Row(
            testDescription: "not-arch", text: "a: {not-arch: amd64}\nb: {not-arch: 'arm64,armhf'}",
            result: "+b"),
        Row(
            testDescription: "an empty list of architectures is none",
            text: "a: {arch: ''}\nb: {arch: '', not-arch: arm64}", result: "+a +b"),
        Row(
            testDescription: "Python's version is compared as text",
            text: "a: {dib_python_version: 3}\nb: {dib_python_version: '2'}", result: "+a"),
        Row(
            testDescription: "when",
            text: "a: {when: COLOUR = red}\nb: {when: COLOUR=blue}\n"
                + "c: {when: COLOUR != blue}\nd: {when: 'COLOUR  =red'}\ne: {when: EMPTY =}\n"
                + "f: {when: 'COLOUR == red'}\ng: {when: 'COLOUR = red '}", result: "+a +c +d +e"),
        Row(
            testDescription: "all conditions of a list have to hold, and none is met",
            text: "a: {when: [COLOUR = red, EMPTY =]}\nb: {when: [COLOUR = red, EMPTY = x]}\n"
                + "c: {when: []}\nd: {when: }", result: "+a +c +d"),
        Row(
            testDescription: "entries of a list are looked at one by one",
            text: "a:\n  - {arch: arm64}\n  - {when: COLOUR = red}\n  - {phase: install.d}",
            result: "+a +a"),
        Row(
            testDescription: "uninstall counts, whatever its value",
            text: "a: {uninstall: true}\nb: {uninstall: false}", result: "-a -b"),
        Row(testDescription: "build-only", text: "a: {build-only: true}", result: "+a -a"),
        Row(
            testDescription: "a plain entry takes removals back",
            text: "a: [{build-only: true}, {}]", result: "+a +a"),
        Row(
            testDescription: "it does even when it is then left out",
            text: "a: [{uninstall: true}, {arch: arm64}]", result: ""),
        Row(
            testDescription: "what is installed is not removed",
            text: "a: [{}, {uninstall: true}]\nb: [{}, {build-only: true}]", result: "+a +b +b"),
        Row(
            testDescription: "what is removed again may be removed twice",
            text: "a: [{build-only: true}, {uninstall: true}]", result: "+a -a -a"),
        Row(
            testDescription:
                "a variable that is not set is harmless where the architecture decides",
            text: "a: {arch: arm64, when: NOWHERE = 1}", result: ""),
    ]

    @Test(arguments: rows)
    func `keys mean what the contract says`(_ row: Row) throws {
        #expect(Self.shown(try Self.selection(row.text)["install.d"]) == row.result)
    }

    @Test func phasesAndElementsAreKept() throws {
        let selection = try Self.selection(
            "a: {phase: pre-install.d}\nb: {phase: post-install.d, build-only: }", "a:\n")
        #expect(Self.shown(selection["pre-install.d"]) == "+a")
        #expect(Self.shown(selection["install.d"]) == "+a")
        #expect(Self.shown(selection["post-install.d"]) == "+b -b")
        #expect(selection["install.d"].installed == [.init(name: "a", element: "some-element")])
    }

    @Test func theInstallTypeIsTheDefaultsWithoutOneOfTheElement() throws {
        let text = "a: {installtype: source}\nb: {installtype: package}"
        let common = ["ARCH": "amd64"]
        let package = common.merging(["DIB_DEFAULT_INSTALLTYPE": "package"]) { $1 }
        #expect(Self.shown(try Self.selection(text, variables: package)["install.d"]) == "+b")
        #expect(Self.shown(try Self.selection(text, variables: common)["install.d"]) == "+a")
    }

    @Test func whatTheOriginalSkipsInSilenceIsAWarning() throws {
        let list = try PackageList(
            "a: {pahse: install.d, uninstall: no}\nb: {phase: install, arch: 'x, y'}\n",
            path: "p.yaml", element: "e")
        let place = "package list of element 'e' 'p.yaml"
        #expect(
            list.warnings == [
                "\(place):1': package 'a' has the key 'pahse', which means nothing",
                "\(place):1': package 'a': the key 'uninstall' counts, whatever its value",
                "\(place):2': package 'b' is for the phase 'install', in which none is installed",
                "\(place):2': package 'b': spaces in 'x, y' are part of the architectures' names, "
                    + "so that these are never met",
            ])
    }

    // MARK: Errors

    private static let refusals = [
        ("a: [", "2': did not find expected node content"),
        ("a:\n  b: {\n", "3': did not find expected node content"),
        ("# nothing\n", "1': the file holds nothing"),
        ("- a\n- b\n", "1': a list where a map of packages belongs"),
        ("a\n", "1': a text where a map of packages belongs"),
        ("a:\nb: yes\n", "2': package 'b' has true or false where a map of conditions belongs"),
        ("a:\n - x\n", "2': package 'a' has a text where a map of conditions belongs"),
        ("a:\n  arch: [x, y]\n", "2': package 'a': 'arch' takes a text, not a list"),
        (
            "a:\n  when: 3\n",
            "2': package 'a': 'when' takes a condition or a list of them, not a whole number"
        ),
    ]

    @Test(arguments: refusals)
    func `a file that is none is refused by element, file and line`(
        text: String, message: String
    ) throws {
        let error = #expect(throws: BuildError.self) { try Self.selection(text) }
        #expect(error?.code == .refused)
        #expect(
            error?.message
                == "package list of element 'some-element' '/e/package-installs.yaml:\(message)")
        #expect(error?.hint?.isEmpty == false)
    }

    private static let failures = [
        ("x: {when: COLOUR}", "package 'x': 'when' has 'COLOUR', which is no condition"),
        ("x: {when: ''}", "package 'x': 'when' has '', which is no condition"),
        ("x: {when: '= red'}", "package 'x': 'when' has '= red', which is no condition"),
        (
            "x: {when: NOWHERE = 1}",
            "package 'x': 'when' asks for the variable 'NOWHERE', which is not set"
        ),
        ("x: {arch: amd64, not-arch: arm64}", "package 'x' has both 'arch' and 'not-arch'"),
    ]

    @Test(arguments: failures)
    func `a condition that cannot be looked at ends the build`(
        text: String, message: String
    ) throws {
        let error = #expect(throws: BuildError.self) { try Self.selection(text) }
        #expect(error?.code == .buildFailed)
        #expect(
            error?.message
                == "package list of element 'some-element' '/e/package-installs.yaml:1': \(message)"
        )
        #expect(error?.hint?.isEmpty == false)
    }
}
