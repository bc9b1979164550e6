// SPDX-License-Identifier: Apache-2.0

import Builder
import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What `plan` shows is what `build` does.
@Suite struct PlanAndRunTests {
    @Test(arguments: [
        ("install.d/50-check", "qcow2,tar,raw"), ("finalise.d/50-check", "qcow2,tar"),
        ("finalise.d/50-check", "tar"), ("root.d/90-check", "raw"),
    ])
    func theStepsOfAPlanAreTheStepsOfItsBuild(hook: String, formats: String) throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("check", [hook: "true"])
            let elements = ["-n", "tiny-os", "check"]
            let planned = try steps(ofPlan: build.command(elements, formats: formats))

            let outcome = try EventStream.run(build.command(elements, formats: formats))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            var started: [Int: String] = [:]
            for case .stepStarted(let index, _, let step) in outcome.events {
                started[index] = step.name
            }
            // tar is written beside the disk image: their order may differ.
            #expect(started.values.sorted() == planned.sorted())
            #expect(try build.leftovers().isEmpty)
        }
    }

    private func steps(ofPlan build: Command) throws -> [String] {
        var command = build
        command.arguments[0] = "plan"
        command.arguments.append("--json")
        let text = try command.checkedOutput()
        return try JSONDecoder().decode(BuildPlan.self, from: Data(text.utf8)).steps.map(\.name)
    }
}
