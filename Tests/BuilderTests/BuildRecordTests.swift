// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Planning
import Testing

@Test
private func theRecordLeavesOutWhatConcernsTheBuildAloneAndPasswords() throws {
    let request = BuildRequest(
        elements: ["os"], user: .init(name: "ann", id: 1, group: 1, groups: [1], home: "/"))
    func parameter(
        _ name: String, _ value: String?, isSecret: Bool = false, isBuildOnly: Bool = false
    ) -> BuildPlan.PlannedParameter {
        .init(
            element: "os", name: name, value: value, origin: .commandLine, isSecret: isSecret,
            isBuildOnly: isBuildOnly)
    }
    let plan = BuildPlan(
        version: "0", request: request,
        parameters: [
            parameter("mirror", "http://build.invalid/", isBuildOnly: true),
            parameter("token", "31337", isSecret: true),
            parameter("image-mirror", "http://ann:31337@image.invalid/"),
            parameter("locale", nil),
        ],
        layout: DiskLayout(table: .none, label: "x"))
    let text = try BuildRecord(plan: plan, digests: [:]).encoded()
    #expect(!text.contains("build.invalid"))
    #expect(!text.contains("31337"))
    #expect(text.contains("\"value\" : \"http://***@image.invalid/\""))
    #expect(!text.contains("locale"))
}
