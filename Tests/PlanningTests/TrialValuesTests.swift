// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// The parameters of a dry run.
struct TrialValuesTests {
    private static let user = BuildRequest.InvokingUser(
        name: "ann", id: 1000, group: 1000, groups: [], home: "/home/ann")

    /// A function takes the first four, which have no default; nothing needs the last two.
    private func manifest() throws -> ElementManifest {
        var manifest = ElementManifest(
            schema: 1, name: "nic", version: "1", summary: "s", abi: 1,
            parameters: [
                .init(name: "mtu", type: .integer, doc: "d", isSecret: false),
                .init(name: "sriov", type: .boolean, doc: "d", isSecret: false),
                .init(
                    name: "rate", type: .integer, doc: "d", choices: ["25", "100"], isSecret: false),
                .init(name: "psid", type: .string, doc: "d", isSecret: false),
                .init(name: "file", type: .path, doc: "d", isSecret: false),
                .init(name: "ports", type: .integer, defaultValue: "2", doc: "d", isSecret: false),
            ], phases: [.init(phase: .install, order: 50)])
        manifest.phases[0].function = BoundFunction(
            symbol: "nic_install", signature: try FunctionSignature("i32(u16,bool,u8,str)"),
            arguments: ["mtu", "sriov", "rate", "psid"].map { .init(.parameter, $0) })
        return manifest
    }

    @Test func aValueIsMadeUpOnlyWhereAFunctionNeedsOne() throws {
        let values = try manifest().trialValues(settings: [], user: Self.user)
        #expect(values == ["mtu": "1", "sriov": "false", "rate": "25", "ports": "2"])
    }

    @Test func aSettingCountsMoreAndIsCheckedAsInABuild() throws {
        let values = try manifest().trialValues(
            settings: [("mtu", "9000"), ("file", "~/x")], user: Self.user)
        #expect(values["mtu"] == "9000")
        #expect(values["file"] == "/home/ann/x")
        let error = #expect(throws: BuildError.self) {
            try manifest().trialValues(settings: [("mtu", "65536")], user: Self.user)
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("'65536' does not fit u16") == true)
    }
}
