// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation
import LinuxSystem
import Planning
import SystemPackage

/// A supervisor and a builder with real processes and namespaces but without a build.
///
///     SupervisorProbe supervise BEHAVIOUR SCRATCH [SCRIPT]      prints the events as lines
///
/// The builder's side is this program too; it does what BEHAVIOUR says.
@main
enum SupervisorProbe {
    static func main() {
        let arguments = CommandLine.arguments
        do {
            if arguments.dropFirst().first == "run-plan" {
                exit(try BuilderProcess.run(ProbeBehaviour.run))
            }
            guard arguments.count > 3, arguments[1] == "supervise" else {
                throw BuildError(.refused, "usage: SupervisorProbe supervise BEHAVIOUR SCRATCH")
            }
            try supervise(Array(arguments.dropFirst(2)))
        } catch {
            let error = BuildError(wrapping: error)
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(error.exitStatus)
        }
    }

    private static func supervise(_ arguments: [String]) throws {
        let account = UserAccount.invoking(environment: ProcessEnvironment.current)
        var request = BuildRequest(
            elements: [],
            user: .init(
                name: account.name, id: account.id, group: account.group, groups: account.groups,
                home: account.home))
        request.scratchFolder = arguments[1]
        request.imageName = arguments[1] + "/image"
        request.environment = [
            "BEHAVIOUR": arguments[0], "SCRIPT": arguments.count > 2 ? arguments[2] : "",
        ]
        let layout = DiskLayout(table: .none, label: "probe", freePercent: 5)
        let session = BuildSession(
            plan: BuildPlan(version: "probe", request: request, layout: layout),
            programs: try .installed())
        let report = try session.run(onEvent: { event in
            switch event {
            case .message(let level, let text): show("\(level.rawValue): \(text)")
            case .output(let line): show(line)
            default: break
            }
        })
        show("finished: \(report.warnings.joined(separator: "; "))")
    }

    private static func show(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}
