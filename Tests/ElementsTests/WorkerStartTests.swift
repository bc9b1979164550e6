// SPDX-License-Identifier: Apache-2.0

import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Measures until one run is fast enough: other tests, and other programs, run at the same time,
/// and only the run that they disturb least tells what a worker costs.
@Test func aWorkerStartsLoadsItsPluginAndEndsWithin20Milliseconds() throws {
    let allowed = Duration.milliseconds(20)
    let fastest = try ScratchTree.with(programs: []) { tree in
        var run = WorkerRun(
            "LocalConfig", .install, of: [.extraData, .preInstall, .install, .finalise],
            element: "local-config")
        run.parameters = ["username": "root"]
        var fastest = Duration.seconds(60)
        for count in 1...400 where count <= 20 || fastest > allowed {
            let start = ContinuousClock.now
            let outcome = try run.run(on: tree)
            fastest = min(fastest, ContinuousClock.now - start)
            #expect(outcome.error == nil)
        }
        return fastest
    }
    print("worker start with dlopen, hook and end: \(fastest)")
    #expect(fastest <= allowed)
}
