// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

private let configurable = Sample.native("os", provides: ["operating-system"], phases: [.root]) {
    $0.parameters = [
        .init(
            name: "release", type: .string, defaultValue: "bookworm", doc: "d",
            environment: "DIB_RELEASE", choices: ["bookworm", "trixie"], isSecret: false),
        .init(
            name: "count", type: .integer, defaultValue: nil, doc: "d", environment: "COUNT",
            choices: [], isSecret: false),
        .init(
            name: "fast", type: .boolean, defaultValue: nil, doc: "d", environment: nil,
            choices: [], isSecret: false),
        .init(
            name: "keys", type: .path, defaultValue: nil, doc: "d", environment: nil, choices: [],
            isSecret: false),
        .init(name: "room", type: .size, doc: "d", isSecret: false),
        .init(
            name: "token", type: .integer, defaultValue: nil, doc: "d", environment: nil,
            choices: [], isSecret: true),
    ]
    $0.exports = ["DISTRO_NAME": "debian", "DIB_RELEASE": "{release}", "N": "n{count}"]
    $0.packages = [
        "debian": [
            .init(name: "linux-image-{architecture}"), .init(name: "late", phase: .install),
            .init(name: "arm", architectures: ["arm64"]),
        ], "default": [.init(name: "kernel")],
    ]
}

private func setting(_ parameter: String, _ value: String) -> BuildRequest.Setting {
    .init(element: "os", parameter: parameter, value: value)
}

@Test
private func aParameterComesFromTheStrongestSource() throws {
    func release(_ request: BuildRequest) throws -> [String?] {
        let found = try Sample.plan(request, [configurable]).parameters.first {
            $0.name == "release"
        }
        return [found?.value, found?.origin.rawValue]
    }
    var request = Sample.request("os")
    #expect(try release(request) == ["bookworm", "default"])
    request.environment = ["DIB_RELEASE": ""]
    #expect(try release(request) == ["bookworm", "default"])
    request.environment = ["DIB_RELEASE": "trixie"]
    #expect(try release(request) == ["trixie", "environment"])
    request.configuredSettings = [setting("release", "bookworm")]
    #expect(try release(request) == ["bookworm", "--config"])
    request.settings = [setting("release", "bookworm"), setting("release", "trixie")]
    #expect(try release(request) == ["trixie", "--set"])
}

@Test
private func valuesHaveOneSpelling() throws {
    let request = Sample.request("os") {
        $0.settings = [
            setting("count", "007"), setting("fast", "Yes"), setting("keys", "~/.ssh/key"),
            setting("room", "2.5GiB"),
        ]
    }
    let plan = try Sample.plan(request, [configurable])
    let values = Dictionary(
        uniqueKeysWithValues: plan.parameters.map { ($0.name, $0.value) })
    #expect(values["count"] == "7")
    #expect(values["fast"] == "true")
    #expect(values["keys"] == "/home/ann/.ssh/key")
    #expect(values["room"] == "2684354560")
}

@Test(arguments: [
    ("key", "/home/ann/work/key"), ("../key", "/home/ann/work/../key"), ("/key", "/key"),
])
private func aPathIsMeantFromTheCallersFolder(path: String, meant: String) throws {
    let request = Sample.request("os") {
        $0.settings = [setting("keys", path)]
        $0.workingFolder = "/home/ann/work"
    }
    let plan = try Sample.plan(request, [configurable])
    #expect(plan.parameters.first { $0.name == "keys" }?.value == meant)
}

@Test
private func exportsCarryParametersAndAreLeftOutWithoutThem() throws {
    let plan = try Sample.plan(Sample.request("os"), [configurable])
    #expect(
        plan.exports.map { "\($0.name)=\($0.value)" } == [
            "DIB_RELEASE=bookworm", "DISTRO_NAME=debian",
        ])
}

@Test
private func theBaseTransactionHoldsPackagesWithoutAPhase() throws {
    var request = Sample.request("os") { $0.packages = ["vim", "linux-image-amd64"] }
    #expect(try Sample.plan(request, [configurable]).packages == ["linux-image-amd64", "vim"])
    request.architecture = "arm64"
    request.packages = []
    #expect(try Sample.plan(request, [configurable]).packages == ["linux-image-arm64", "arm"])
}

/// Settings, and which packages of `conditional` they bring.
private struct Wanted: Sendable {
    var settings: [BuildRequest.Setting] = []
    var configured: [BuildRequest.Setting] = []
    var environment: [String: String] = [:]
    var packages: [String]
}

private let conditional = Sample.native("os", provides: ["operating-system"], phases: [.root]) {
    $0.parameters = [
        .init(
            name: "release", type: .string, defaultValue: "bookworm", doc: "d",
            environment: "DIB_RELEASE", isSecret: false),
        .init(name: "fast", type: .boolean, doc: "d", isSecret: false),
        .init(name: "parts", type: .list, defaultValue: "main,extra", doc: "d", isSecret: false),
    ]
    $0.packages = [
        "debian": [
            .init(name: "always"), .init(name: "old", when: ["release": ["bookworm", "bullseye"]]),
            .init(name: "new", when: ["release": ["trixie"]]),
            .init(name: "old-fast", when: ["release": ["bookworm"], "fast": ["true"]]),
            .init(name: "extra", when: ["parts": ["extra", "other"]]),
        ]
    ]
}

@Test(arguments: [
    Wanted(packages: ["always", "old", "extra"]),
    Wanted(environment: ["DIB_RELEASE": "trixie"], packages: ["always", "new", "extra"]),
    Wanted(
        configured: [setting("release", "trixie")], environment: ["DIB_RELEASE": "bookworm"],
        packages: ["always", "new", "extra"]),
    Wanted(
        settings: [setting("release", "bookworm"), setting("fast", "yes")],
        configured: [setting("release", "trixie")],
        packages: ["always", "old", "old-fast", "extra"]),
    Wanted(
        settings: [setting("release", "trixie"), setting("fast", "yes"), setting("parts", "main")],
        packages: ["always", "new"]),
])
private func aPackageWithAConditionIsPlannedWhenAllItsParametersHold(wanted: Wanted) throws {
    let request = Sample.request("os") {
        $0.settings = wanted.settings
        $0.configuredSettings = wanted.configured
        $0.environment = wanted.environment
    }
    #expect(try Sample.plan(request, [conditional]).packages == wanted.packages)
}

@Test
private func aConditionReadsTheOwnElementsParameterOnly() throws {
    let other = Sample.native("tuned", phases: [.install]) {
        $0.parameters = [.init(name: "release", type: .string, doc: "d", isSecret: false)]
        $0.packages = ["debian": [.init(name: "tune", when: ["release": ["bookworm"]])]]
    }
    let plan = try Sample.plan(Sample.request("os", "tuned"), [conditional, other])
    #expect(plan.packages == ["always", "old", "extra"])
}

@Test
private func secretsAreInNothingThatIsShown() throws {
    let request = Sample.request("os") {
        $0.settings = [setting("token", "31337")]
        $0.environment = ["DIB_RELEASE": "trixie", "DIB_DEV_USER_PASSWORD": "31337"]
    }
    let plan = try Sample.plan(request, [configurable])
    #expect(plan.parameters.first { $0.isSecret }?.value == "31337")
    #expect(!"\(plan.withoutSecrets())".contains("31337"))
    #expect(plan.withoutSecrets().request.environment == ["DIB_RELEASE": "trixie"])
}

@Test(arguments: [
    ("http://ann:pass@host/debian", "http://***@host/debian"),
    ("https://ann:p@ss@[::1]:8/x@y", "https://***@[::1]:8/x@y"),
    ("a,http://b@c,ftp://d@e?f@g h@i", "a,http://***@c,ftp://***@e?f@g h@i"),
    ("http://host/~ann@home", "http://host/~ann@home"), ("ann@host", "ann@host"), ("", ""),
])
private func usersAndPasswordsInURLsAreHidden(text: String, shown: String) {
    #expect(URLCredentials.hidden(in: text) == shown)
}

@Test
private func aRequiredParameterNeedsAValue() throws {
    let element = Sample.native("os", provides: ["operating-system"], phases: [.root]) {
        $0.parameters = [
            .init(name: "unit", type: .string, doc: "d", isSecret: false, isRequired: true)
        ]
    }
    #expect(
        throws: BuildError(
            .refused, "parameter 'os.unit' has no value, and the element needs one",
            hint: "Set it with --set os.unit=VALUE.")
    ) { try Sample.plan(Sample.request("os"), [element]) }
    let request = Sample.request("os") { $0.settings = [setting("unit", "a.service")] }
    #expect(try Sample.plan(request, [element]).parameters.map(\.value) == ["a.service"])
}

@Test
private func aPlanShowsNoPasswordOfAURL() throws {
    let element = Sample.native("os", provides: ["operating-system"], phases: [.root]) {
        $0.parameters = [
            .init(
                name: "mirror", type: .string, doc: "d", environment: "MIRROR", isSecret: false,
                isBuildOnly: true)
        ]
        $0.exports = ["URL": "{mirror}"]
    }
    let url = "http://ann:31337@host/"
    let request = Sample.request("os") {
        $0.settings = [setting("mirror", url)]
        $0.configuredSettings = [setting("mirror", url)]
        $0.environment = ["MIRROR": url]
    }
    let plan = try Sample.plan(request, [element])
    #expect(plan.parameters.map(\.value) == [url])
    #expect(plan.parameters.map(\.isBuildOnly) == [true])
    #expect(!"\(plan.withoutSecrets())".contains("31337"))
}

/// A change of the request that is refused, and the text.
private struct Refusal: Sendable, CustomTestStringConvertible {
    var change: @Sendable (inout BuildRequest) -> Void
    var message: String
    var hint: String?

    init(
        _ message: String, _ hint: String? = nil,
        change: @escaping @Sendable (inout BuildRequest) -> Void
    ) {
        self.message = message
        self.hint = hint
        self.change = change
    }

    var testDescription: String { message }
}

private let refusals = [
    Refusal("--set names unknown element 'so'", "Did you mean 'os'?") {
        $0.settings = [.init(element: "so", parameter: "release", value: "x")]
    },
    Refusal(
        "--set names element 'vm', which is not part of this build",
        "Add it to the elements, or remove the setting."
    ) { $0.settings = [.init(element: "vm", parameter: "release", value: "x")] },
    Refusal(
        "parameter 'os.deadline': value '0' is no deadline", "Give 1 to 604800 seconds."
    ) { $0.settings = [setting("deadline", "0")] },
    Refusal(
        "element 'scripts' is made of scripts and has no parameters",
        "Set the environment variables that its documentation names."
    ) {
        $0.elements = ["os", "scripts"]
        $0.settings = [.init(element: "scripts", parameter: "release", value: "x")]
    },
    Refusal(
        "element 'os' has no parameter 'relase'",
        "Did you mean 'release'? It has: release, count, fast, keys, room, token, deadline."
    ) { $0.settings = [setting("relase", "x")] },
    Refusal(
        "parameter 'os.release': value 'trixi' is not allowed",
        "Did you mean 'trixie'? It may be: bookworm, trixie."
    ) { $0.settings = [setting("release", "trixi")] },
    Refusal(
        "parameter 'os.count': value 'many' from environment variable COUNT is no integer",
        "Give a whole number, such as 4."
    ) { $0.environment = ["COUNT": "many"] },
    Refusal(
        "parameter 'os.fast': value 'maybe' from --config is neither true nor false",
        "Give true, false, yes, no, 1 or 0."
    ) { $0.configuredSettings = [setting("fast", "maybe")] },
    Refusal(
        "parameter 'os.room': value '2 gallons' is no size",
        "Give a number with a unit, such as 800MiB or 2.5GiB."
    ) { $0.settings = [setting("room", "2 gallons")] },
    Refusal(
        "parameter 'os.token': value '***' is no integer", "Give a whole number, such as 4."
    ) { $0.settings = [setting("token", "hunter2")] },
    Refusal(
        "root label 'seventeen-letters' has 17 bytes", "A label of ext4 has 1 to 16 bytes."
    ) { $0.rootLabel = "seventeen-letters" },
    Refusal(
        "image size 10.0 MiB is too small", "The least that can be built is 16.0 MiB."
    ) { $0.imageSize = .mebibytes(10) },
]

@Test(arguments: refusals)
private func aRequestThatMakesNoSenseIsRefused(refusal: Refusal) {
    var request = Sample.request("os")
    refusal.change(&request)
    #expect(throws: BuildError(.refused, refusal.message, hint: refusal.hint)) {
        try Sample.plan(
            request, [configurable, Sample.native("vm"), Sample.legacy("scripts")])
    }
}

@Test
private func aConfigurationMaySetElementsOfOtherBuilds() throws {
    let request = Sample.request("os") {
        $0.configuredSettings = [.init(element: "vm", parameter: "timeout", value: "1")]
    }
    let plan = try Sample.plan(request, [configurable, Sample.native("vm")])
    #expect(
        plan.warnings
            == ["the configuration sets 'vm.timeout', but that element is not part of this build"])
}

@Test
private func onlyABlockDeviceElementMakesAPartitionTable() throws {
    let disk = Sample.native("vm", provides: ["block-device", "bootloader"])
    let plain = try Sample.plan(Sample.request("os"), [Sample.system, disk]).layout
    #expect(plain.table == .none)
    #expect(plain.label == "cloudimg-rootfs")
    let whole = try Sample.plan(Sample.request("os", "vm"), [Sample.system, disk]).layout
    #expect(whole.table == .mbr)
    let geometry = try DiskGeometry(whole.disks[0], size: .mebibytes(101))
    #expect(geometry.ranges == [.init(offset: .mebibytes(1), length: .mebibytes(100))])
    #expect(whole.installsBootLoader)
    #expect(whole.element == "vm")
}

@Test
private func theEndingOfASingleFormatIsTakenOffOnce() throws {
    func paths(_ name: String, _ formats: [OutputFormat]) throws -> [String] {
        try Sample.plan(
            Sample.request("os") {
                $0.imageName = name
                $0.formats = formats
            }, [Sample.system]
        ).outputs.map(\.path)
    }
    #expect(try paths("out/a", [.qcow2]) == ["out/a.qcow2"])
    #expect(try paths("out/a.qcow2", [.qcow2, .qcow2]) == ["out/a.qcow2"])
    #expect(try paths("a.raw.raw", [.raw]) == ["a.raw.raw"])
    #expect(try paths("a.qcow2", [.qcow2, .tar]) == ["a.qcow2.qcow2", "a.qcow2.tar"])
}
