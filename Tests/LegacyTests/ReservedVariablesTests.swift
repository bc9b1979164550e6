// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import Planning
import SystemPackage
import TestSupport
import Testing

/// The names that a plugin's parameters must not have are those that the build sets.
struct ReservedVariablesTests {
    @Test func theListHoldsWhatABuildSets() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement("one", [:])
            var plan = fixture.plan(environment: [:])
            plan.request.isUncompressed = true
            plan.request.imageSize = .gibibytes(2)
            plan.request.imageExtraSize = .gibibytes(2)
            plan.request.mkfsJournalSize = .mebibytes(8)
            plan.request.maxOnlineResize = 1000
            plan.request.ramdisk = RamdiskRequest(element: "ramdisk", isAlone: true)
            plan.request.skipBase = true
            let environment = LegacyEnvironment(
                plan: plan, folders: fixture.folders, views: folder)
            let set = Phase.allCases.reduce(into: Set<String>()) { names, phase in
                names.formUnion(environment.variables(for: phase).keys)
            }
            let variables = set.filter { !$0.hasPrefix("BASH_FUNC_") }
            #expect(variables.symmetricDifference(ReservedVariables.names).isEmpty)
        }
    }
}
