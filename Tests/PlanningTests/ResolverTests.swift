// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

private func resolve(
    _ request: BuildRequest, _ elements: [ElementDescription]
) throws -> [String] {
    try Resolver(request: request, index: ElementIndex(elements: elements)).resolve().elements
        .map { "\($0.description.name): \($0.reason)" }
}

@Test
private func dependenciesComeBeforeThoseThatNeedThem() throws {
    let elements = [
        Sample.system, Sample.native("app", requires: ["lib", "os"]),
        Sample.legacy("lib", requires: ["low"]), Sample.legacy("low"),
    ]
    #expect(
        try resolve(Sample.request("app", "os"), elements)
            == ["low: needed by lib", "lib: needed by app", "os: requested", "app: requested"])
}

@Test
private func baseIsAddedFirstUnlessItIsLeftOut() throws {
    let elements = [Sample.system, Sample.native("base")]
    var request = Sample.request("os")
    request.skipBase = false
    #expect(try resolve(request, elements) == ["base: added by default", "os: requested"])
    request.elements = ["os", "base"]
    #expect(try resolve(request, elements) == ["os: requested", "base: requested"])
}

@Test(arguments: [["app", "disk", "os"], ["disk", "os", "app"], ["os", "app", "disk"]])
private func aProviderMeetsANeedWhereverItIsNamed(names: [String]) throws {
    let elements = [
        Sample.system, Sample.native("disk", provides: ["block-device"]),
        Sample.legacy("app", requires: ["block-device"]),
    ]
    var request = Sample.request()
    request.elements = names
    let resolved = try Resolver(request: request, index: ElementIndex(elements: elements)).resolve()
    let order = resolved.elements.map(\.description.name)
    #expect(Set(order) == ["app", "disk", "os"])
    #expect(try #require(order.firstIndex(of: "disk")) < #require(order.firstIndex(of: "app")))
}

@Test
private func theOnlyProviderOfANeedIsAdded() throws {
    let elements = [
        Sample.system, Sample.native("disk", provides: ["block-device"]),
        Sample.legacy("app", requires: ["block-device"]),
    ]
    #expect(
        try resolve(Sample.request("os", "app"), elements)
            == ["os: requested", "disk: provides block-device", "app: requested"])
}

@Test
private func anElementThatAnotherStandsForIsLeftOut() throws {
    let elements = [
        Sample.native("os-small", requires: ["tool"], provides: ["operating-system"]),
        Sample.native("other", requires: ["better"]),
        Sample.native("better", provides: ["tool"]), Sample.native("tool", requires: ["deep"]),
        Sample.native("deep"),
    ]
    #expect(
        try resolve(Sample.request("os-small", "other"), elements)
            == ["better: needed by other", "os-small: requested", "other: requested"])
}

/// An element that needs a block device gets the original's default; whoever brings another keeps it away.
@Test
private func aDiskWithoutALayoutGetsTheOriginalsDefault() throws {
    let layouts = ["mbr", "gpt", "efi"].map {
        Sample.legacy("block-device-\($0)", provides: ["block-device"])
    }
    let own = Sample.legacy("own-disk", provides: ["block-device"])
    let appliance = Sample.native("appliance", requires: ["vm"])
    for vm in [
        Sample.legacy("vm", requires: ["block-device"]),
        Sample.native("vm", requires: ["block-device"]),
    ] {
        let elements = [Sample.system, vm, own, appliance] + layouts
        func order(_ names: String..., architecture: String = "amd64") throws -> [String] {
            var request = Sample.request("os")
            request.elements += names
            request.architecture = architecture
            return try resolve(request, elements)
        }
        let start = "os: requested"
        #expect(
            try order("vm")
                == [start, "block-device-mbr: added by default", "vm: requested"])
        #expect(
            try order("vm", architecture: "arm64")
                == [start, "block-device-efi: added by default", "vm: requested"])
        #expect(
            try order("vm", "block-device-gpt")
                == [start, "block-device-gpt: requested", "vm: requested"])
        #expect(
            try order("vm", "own-disk") == [start, "own-disk: requested", "vm: requested"])
        #expect(
            try order("appliance") == [
                start, "block-device-mbr: added by default", "vm: needed by appliance",
                "appliance: requested",
            ])
    }
}

/// The original looks at the name alone.
@Test
private func scriptsCalledVMGetALayoutWhateverTheyNeed() throws {
    let elements = [
        Sample.system, Sample.legacy("vm"),
        Sample.legacy("block-device-mbr", provides: ["block-device"]),
    ]
    #expect(
        try resolve(Sample.request("os", "vm"), elements)
            == ["os: requested", "vm: requested", "block-device-mbr: added by default"])
}

/// A set of elements that cannot be built, and the text.
private struct Refusal: Sendable, CustomTestStringConvertible {
    var names: [String]
    var elements: [ElementDescription]
    var message: String
    var hint: String?

    var testDescription: String { message }
}

private let refusals = [
    Refusal(
        names: [], elements: [], message: "no element is named",
        hint: "Name an operating-system element and more, such as 'debian vm'."),
    Refusal(
        names: ["os", "debain"], elements: [Sample.system, Sample.native("debian")],
        message: "unknown element 'debain'", hint: "Did you mean 'debian'?"),
    Refusal(
        names: ["os", "app"],
        elements: [Sample.system, Sample.legacy("app", requires: ["nowhere"])],
        message: "unknown element 'nowhere', needed by 'app'",
        hint: "'dibhost elements list' shows the elements of the plugin and element paths."),
    Refusal(
        names: ["os", "a"],
        elements: [
            Sample.system, Sample.legacy("a", requires: ["b"]),
            Sample.native("b", requires: ["c"]), Sample.legacy("c", requires: ["b"]),
        ], message: "elements need each other: 'b' -> 'c' -> 'b'",
        hint: "Remove one of these dependencies."),
    Refusal(
        names: ["app"], elements: [Sample.system, Sample.native("app")],
        message: "no element provides 'operating-system'", hint: "Add one of: os."),
    Refusal(
        names: ["app"], elements: [Sample.native("app")],
        message: "no element provides 'operating-system'",
        hint: "Add an operating-system element, and the folder that holds it with --plugin-dir."),
    Refusal(
        names: ["os", "suse"],
        elements: [Sample.system, Sample.native("suse", provides: ["operating-system"])],
        message: "elements 'os' and 'suse' both provide 'operating-system'",
        hint: "Leave one of them out."),
    Refusal(
        names: ["os", "tool", "better"],
        elements: [
            Sample.system, Sample.native("tool"), Sample.native("better", provides: ["tool"]),
        ], message: "element 'tool' is already provided by 'better'",
        hint: "Leave one of them out."),
    Refusal(
        names: ["os", "app"],
        elements: [
            Sample.system, Sample.legacy("app", requires: ["block-device"]),
            Sample.native("mbr", provides: ["block-device"]),
            Sample.native("gpt", provides: ["block-device"]),
        ], message: "element 'app' needs 'block-device', which nothing provides",
        hint: "Add one of: gpt, mbr."),
    Refusal(
        names: ["os", "a", "b"],
        elements: [Sample.system, Sample.native("a", conflicts: ["b"]), Sample.native("b")],
        message: "element 'a' conflicts with 'b'", hint: "Leave one of them out."),
    Refusal(
        names: ["os", "a", "b"],
        elements: [
            Sample.system, Sample.native("a", conflicts: ["net"]),
            Sample.legacy("b", provides: ["net"]),
        ], message: "element 'a' conflicts with 'b', which provides 'net'",
        hint: "Leave one of them out."),
    Refusal(
        names: ["os", "a"],
        elements: [Sample.system, Sample.native("a") { $0.architectures = ["arm64", "riscv64"] }],
        message: "element 'a' does not support architecture 'amd64'",
        hint: "It supports: arm64, riscv64."),
    Refusal(
        names: ["os", "a"],
        elements: [
            Sample.native("os", provides: ["operating-system"]) {
                $0.exports = ["DISTRO_NAME": "debian"]
            }, Sample.native("a") { $0.distributions = ["suse"] },
        ], message: "element 'a' does not support distribution 'debian'",
        hint: "It supports: suse."),
]

@Test(arguments: refusals)
private func whatCannotBeBuiltIsRefused(refusal: Refusal) {
    var request = Sample.request()
    request.elements = refusal.names
    #expect(throws: BuildError(.refused, refusal.message, hint: refusal.hint)) {
        try resolve(request, refusal.elements)
    }
}

@Test
private func whatTheUserTypedIsNamedBeforeWhatIsAddedByDefault() {
    var request = Sample.request()
    request.skipBase = false
    request.elements = ["debain"]
    #expect(
        throws: BuildError(
            .refused, "unknown element 'debain'",
            hint: "No element was found: name a folder with --plugin-dir or --elements-path.")
    ) { try Sample.plan(request, []) }
    request.elements = ["os"]
    #expect(
        throws: BuildError(
            .refused, "the element 'base', which every image gets, is on none of the paths",
            hint: "Name its folder with --plugin-dir or --elements-path, or leave it out with -n.")
    ) { try Sample.plan(request, [Sample.system]) }
}
