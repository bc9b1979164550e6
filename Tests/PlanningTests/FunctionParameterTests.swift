// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// An element whose function takes parameters as types of C.
private func element(_ types: String, _ names: String...) throws -> ElementDescription {
    let signature = try FunctionSignature("i32(\(types))")
    return Sample.native("nic", provides: ["operating-system"], phases: [.install]) {
        $0.parameters = [
            .init(name: "mtu", type: .integer, doc: "d", environment: "NIC_MTU", isSecret: false),
            .init(name: "rate", type: .string, doc: "d", isSecret: false),
            .init(name: "token", type: .integer, doc: "d", isSecret: true),
            .init(name: "sriov", type: .boolean, doc: "d", isSecret: false),
        ]
        $0.phases[0].function = BoundFunction(
            symbol: "nic_install", signature: signature,
            arguments: names.map { .init(.parameter, $0) })
    }
}

private func plan(
    _ element: ElementDescription, _ settings: [String: String],
    environment: [String: String] = [:]
) throws -> BuildPlan {
    try Sample.plan(
        Sample.request("nic") {
            $0.settings = settings.map { .init(element: "nic", parameter: $0.key, value: $0.value) }
            $0.environment = environment
        }, [element])
}

@Test(arguments: [
    ("i8", "-128", "127"), ("i16", "-32768", "32767"), ("i32", "-2147483648", "2147483647"),
    ("u8", "0", "255"), ("u16", "0", "65535"), ("u32", "0", "4294967295"),
])
func anIntegerFitsItsTypeFromTheLeastToTheGreatest(
    type: String, least: String, greatest: String
) throws {
    let element = try element(type, "mtu")
    for value in [least, greatest] {
        #expect(try plan(element, ["mtu": value]).parameters[0].value == value)
    }
    let beyond = try [#require(Int64(least)) - 1, #require(Int64(greatest)) + 1]
    for value in beyond {
        #expect(
            throws: BuildError(
                .refused,
                "parameter 'nic.mtu': value '\(value)' does not fit \(type), "
                    + "argument 1 of the function 'nic_install'",
                hint: "Give \(least) to \(greatest).")
        ) { try plan(element, ["mtu": String(value)]) }
    }
}

/// A value that the function cannot take, and what is said of it.
private struct Unfit: Sendable, CustomTestStringConvertible {
    var types: String
    var name: String
    var value: String?
    var message: String
    var hint: String
    var testDescription: String { message }
}

private let unfit = [
    Unfit(
        types: "u64", name: "mtu", value: "-1",
        message:
            "parameter 'nic.mtu': value '-1' does not fit u64, argument 1 of the function 'nic_install'",
        hint: "Give 0 to 18446744073709551615."),
    Unfit(
        types: "f64", name: "rate", value: "fast",
        message:
            "parameter 'nic.rate': value 'fast' is no number, argument 1 of the function 'nic_install'",
        hint: "Give a number, such as 2.5."),
    Unfit(
        types: "f32", name: "rate", value: "1e99",
        message:
            "parameter 'nic.rate': value '1e99' does not fit f32, argument 1 of the function 'nic_install'",
        hint: "Give a number, such as 2.5."),
    Unfit(
        types: "f64", name: "rate", value: "nan",
        message:
            "parameter 'nic.rate': value 'nan' does not fit f64, argument 1 of the function 'nic_install'",
        hint: "Give a number, such as 2.5."),
    Unfit(
        types: "u8", name: "token", value: "31337",
        message:
            "parameter 'nic.token': value '***' does not fit u8, argument 1 of the function 'nic_install'",
        hint: "Give 0 to 255."),
    Unfit(
        types: "bool", name: "sriov",
        message:
            "parameter 'nic.sriov' has no value, and argument 1 of the function 'nic_install' needs one",
        hint: "Set it with --set nic.sriov=VALUE."),
]

@Test(arguments: unfit)
private func aValueThatTheFunctionCannotTakeIsRefused(unfit: Unfit) throws {
    let element = try element(unfit.types, unfit.name)
    #expect(throws: BuildError(.refused, unfit.message, hint: unfit.hint)) {
        try plan(element, unfit.value.map { [unfit.name: $0] } ?? [:])
    }
}

@Test func aValueOfTheEnvironmentIsNamedWithItsVariable() throws {
    let element = try element("str,u16", "rate", "mtu")
    #expect(
        throws: BuildError(
            .refused,
            "parameter 'nic.mtu': value '70000' from environment variable NIC_MTU does not fit "
                + "u16, argument 2 of the function 'nic_install'", hint: "Give 0 to 65535.")
    ) { try plan(element, [:], environment: ["NIC_MTU": "70000"]) }
}

@Test func aTextWithoutValueIsLeftToTheFunction() throws {
    let element = try element("str,bytes,path", "rate", "mtu", "rate")
    #expect(try plan(element, [:]).parameters.allSatisfy { $0.value == nil })
}

@Test func aValueOfTheBuildThatDoesNotFitIsRefused() throws {
    let signature = try FunctionSignature("i32(u32,u8)")
    let element = Sample.native("nic", provides: ["operating-system"], phases: [.install]) {
        $0.phases[0].function = BoundFunction(
            symbol: "nic_install", signature: signature,
            arguments: [.init(.buildValue, "user.id"), .init(.buildValue, "user.group")])
    }
    #expect(
        throws: BuildError(
            .refused,
            "element 'nic': the value 'user.group' is '1000', which does not fit u8, "
                + "argument 2 of the function 'nic_install'",
            hint: "Ask the element's author for a wider type in its manifest.")
    ) { try plan(element, [:]) }
}
