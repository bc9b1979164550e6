// SPDX-License-Identifier: Apache-2.0

import Planning
import Testing

private let parameters = [
    parameter("release", .string), parameter("mtu", .integer), parameter("sriov", .boolean),
    parameter("firmware", .path), parameter("ports", .list),
    parameter("room", .size),
]

private func parameter(
    _ name: String, _ type: ElementManifest.Parameter.Kind
) -> ElementManifest.Parameter {
    .init(name: name, type: type, doc: "d", isSecret: false)
}

private func bind(
    _ types: String, _ entries: [FunctionBinder.Entry], phase: Phase = .install,
    privileges: [ElementManifest.Privilege] = []
) throws -> BoundFunction {
    try FunctionBinder(phase: phase, parameters: parameters, privileges: privileges)
        .bind("f", try FunctionSignature("i32(\(types))"), entries)
}

@Test func eachKindOfEntryFindsItsSource() throws {
    let bound = try bind(
        "path,str,u64,bool,f64,i8,str,fn(i32,str)->void,bytes,fd",
        [
            .string("target.root"), .string("release"), .string("mtu"), .string("sriov"),
            .literal("2.5"), .literal("-128"), .string("'it''s'"), .string("host.log"),
            .string("published.nic.card"), .string("target.fd"),
        ])
    #expect(
        bound.arguments == [
            .init(.buildValue, "target.root"), .init(.parameter, "release"),
            .init(.parameter, "mtu"), .init(.parameter, "sriov"), .init(.literal, "2.5"),
            .init(.literal, "-128"), .init(.text, "it''s"), .init(.service, "host.log"),
            .init(.published, "nic.card"), .init(.buildValue, "target.fd"),
        ])
    #expect(
        bound.call { ["release": "bookworm"][$0] }
            == "f(path target.root, str release = bookworm, u64 mtu, bool sriov, f64 2.5, i8 -128, "
            + "str 'it''s', host.log, bytes published.nic.card, fd target.fd) -> i32")
}

@Test(
    arguments: CType.allCases.filter { $0 != .void },
    ["release", "mtu", "sriov", "firmware", "ports", "room"])
private func aParameterBecomesTheTypesOfItsKindOnly(type: CType, name: String) throws {
    let integers: [CType] = [.i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64]
    let fitting: [String: [CType]] = [
        "release": [.str, .path, .bytes, .f32, .f64],
        "mtu": integers + [.f32, .f64, .str, .bytes],
        "room": integers + [.f32, .f64, .str, .bytes], "sriov": [.bool, .str, .bytes],
        "firmware": [.path, .str, .bytes], "ports": [.str, .bytes],
    ]
    if fitting[name]?.contains(type) == true {
        #expect(throws: Never.self) { try bind(type.rawValue, [.string(name)]) }
    } else {
        #expect(throws: FunctionBinder.Fault.self) { try bind(type.rawValue, [.string(name)]) }
    }
}

@Test func everyServiceFitsItsOwnTypeAndNoOther() throws {
    for service in HostService.allCases {
        let phase = service == .addToRamdisk ? Phase.ramdisk : .blockDevice
        let bound = try bind("\(service.type)", [.string(service.rawValue)], phase: phase)
        #expect(bound.arguments == [.init(.service, service.rawValue)])
        #expect(throws: FunctionBinder.Fault.self) {
            try bind("fn(f64)->f64", [.string(service.rawValue)], phase: phase)
        }
    }
    // A path is a string for the compiler, and a descriptor an int.
    #expect(throws: Never.self) {
        try bind("fn(str,i32,u32)->i32", [.string("host.open-target-file")])
    }
}

/// Entries that cannot be bound, and what is said of them.
private struct Misfit: Sendable, CustomTestStringConvertible {
    var types: String
    var entries: [FunctionBinder.Entry]
    var fault: FunctionBinder.Fault
    var phase = Phase.install
    var testDescription: String { fault.problem }

    init(
        _ types: String, _ entry: FunctionBinder.Entry, _ problem: String, _ hint: String?,
        phase: Phase = .install
    ) {
        self.types = types
        entries = [entry]
        fault = .init(index: 0, problem: problem, hint: hint)
        self.phase = phase
    }
}

private let oneEach = "Give one entry for each type of the signature, bytes included."
private let services =
    "Services are: host.log, host.progress, host.fail, host.run, host.parameter, host.value, "
    + "host.publish, host.open-target-file, host.open-user-file, host.disk-layout, "
    + "host.set-disk-layout, host.add-to-ramdisk."

private let misfits = [
    Misfit(
        "u64", .string("mtuu"),
        "is 'mtuu', which is no parameter, value of the build or service of the host",
        "Did you mean 'mtu'?"),
    Misfit(
        "path", .string("target.rot"),
        "is 'target.rot', which is no parameter, value of the build or service of the host",
        "Did you mean 'target.root'?"),
    Misfit(
        "fn(i32,str)->void", .string("host.elephant"),
        "is 'host.elephant', which is no parameter, value of the build or service of the host",
        "Known are: host.log, host.progress, host.fail, host.run, host.parameter, host.value, "
            + "host.publish, host.open-target-file, host.open-user-file, host.disk-layout, "
            + "host.set-disk-layout, host.add-to-ramdisk."),
    Misfit(
        "fn(str)->i32", .string("host.set-disk-layout"),
        "is 'host.set-disk-layout', and the phase is install",
        "The layout is open to changes in phase block-device alone."),
    Misfit(
        "u64", .string("sriov"), "is 'sriov', a boolean, which cannot become u64",
        "It can become: bool, str, bytes."),
    Misfit(
        "u16", .string("build.source-date-epoch"),
        "is 'build.source-date-epoch', an integer, which cannot become u16",
        "It can become: i32, i64, u32, u64, f32, f64, str, bytes."),
    Misfit(
        "fd", .string("firmware"), "is 'firmware', a path, which cannot become fd",
        "It can become: path, str, bytes."),
    Misfit(
        "str", .string("target.fd"), "is 'target.fd', a descriptor, which cannot become str",
        "It can become: fd."),
    Misfit(
        "u8", .string("host.log"),
        "is 'host.log', a service of the host, and the signature has u8 there",
        "Its type is fn(i32,str)->void."),
    Misfit(
        "fn(str)->void", .string("host.log"),
        "is 'host.log', and the signature has fn(str)->void there",
        "Its type is fn(i32,str)->void."),
    Misfit(
        "fn(i32,str)->void", .string("mtu"),
        "is 'mtu', and the signature has the function type fn(i32,str)->void there",
        "It fits: host.log."),
    Misfit(
        "fn()->i8", .literal("4"),
        "is '4', and the signature has the function type fn()->i8 there", services),
    Misfit("u8", .literal("256"), "is 256, which does not fit u8", "Give 0 to 255."),
    Misfit(
        "i64", .literal("9223372036854775808"), "is 9223372036854775808, which does not fit i64",
        "Give -9223372036854775808 to 9223372036854775807."),
    Misfit(
        "i32", .literal("2.5"), "is 2.5, which is no integer", "Give -2147483648 to 2147483647."),
    Misfit(
        "bool", .literal("1"), "is 1, which is neither true nor false", "Give true or false."),
    Misfit(
        "f32", .literal("1e+300"), "is 1e+300, which does not fit f32",
        "Give a number, such as 2.5."),
    Misfit(
        "str", .literal("4"), "is 4, which cannot become str",
        #"A text stands between single quotes: "'4'"."#),
    Misfit(
        "u8", .string("'4'"), "is the text '4', which cannot become u8",
        "Numbers, true and false stand there without quotes."),
    Misfit("str", .string("'open"), "is 'open, where the second single quote is missing", nil),
    Misfit(
        "str", .string("'a\0b'"), "is a text that has a NUL byte, where str ends",
        "Give a text without it; only bytes can carry it."),
    Misfit(
        "fd", .string("published.card"), "is 'published.card', a text, which cannot become fd",
        "Bind 'target.fd'."),
    Misfit(
        "str", .string("published.user.home"),
        "is 'published.user.home', which no hook can publish",
        "The value of the build is called 'user.home'."),
    Misfit("str", .string("published."), "is 'published.', which no hook can publish", nil),
    Misfit(
        "path", .string("target.root"),
        "is 'target.root', and in phase root that is a path of the build host",
        "Bind 'target.fd' to an argument of type fd, or declare the privilege 'raw-host-path'.",
        phase: .root),
    Misfit(
        "path", .string("cache.folder"),
        "is 'cache.folder', a folder that hooks in the chroot cannot see",
        "Use it in a phase outside the chroot."),
    Misfit(
        "fn(str)->fd", .string("host.open-user-file"),
        "is 'host.open-user-file', and hooks in the chroot cannot open files of the user",
        "Open them in an earlier phase outside the chroot."),
]

@Test(arguments: misfits)
private func anEntryThatDoesNotFitIsRefused(misfit: Misfit) {
    #expect(throws: misfit.fault) {
        try bind(misfit.types, misfit.entries, phase: misfit.phase)
    }
}

@Test func theNumberOfEntriesIsThatOfTheSignature() {
    #expect(
        throws: FunctionBinder.Fault(
            problem: "has 1 entry, and the signature 2 arguments", hint: oneEach)
    ) { try bind("str,bytes", [.string("release")]) }
    #expect(
        throws: FunctionBinder.Fault(
            problem: "has 2 entries, and the signature 1 argument", hint: oneEach)
    ) { try bind("bytes", [.string("release"), .string("mtu")]) }
}

@Test func theHostPathOfTheTreeNeedsItsPrivilege() throws {
    let bound = try bind(
        "path,path", [.string("target.root"), .string("cache.folder")], phase: .root,
        privileges: [.rawHostPath])
    #expect(bound.arguments.count == 2)
}
