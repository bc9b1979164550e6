// SPDX-License-Identifier: Apache-2.0

import Planning

/// Requests and elements of tests, with everything they do not name left at its least.
enum Sample {
    static func request(
        _ elements: String..., change: (inout BuildRequest) -> Void = { _ in }
    ) -> BuildRequest {
        var request = BuildRequest(
            elements: elements,
            user: .init(name: "ann", id: 1000, group: 1000, groups: [1000], home: "/home/ann"))
        request.skipBase = true
        change(&request)
        return request
    }

    /// A legacy element with a hook called `NN-element` in each of `phases`.
    static func legacy(
        _ name: String, requires: [String] = [], provides: [String] = [], phases: [Phase] = []
    ) -> ElementDescription {
        ElementDescription(
            name: name, kind: .legacy, path: "/scripts/\(name)", requires: requires,
            provides: provides,
            hooks: phases.map {
                .init(phase: $0, sortName: "50-\(name)", element: name, kind: .legacy)
            })
    }

    /// A native element with a hook of order 50 in each of `phases`.
    static func native(
        _ name: String, requires: [String] = [], provides: [String] = [],
        conflicts: [String] = [], phases: [Phase] = [],
        change: (inout ElementManifest) -> Void = { _ in }
    ) -> ElementDescription {
        var manifest = ElementManifest(
            schema: 1, name: name, version: "1", summary: "For a test", abi: 1,
            requires: requires, provides: provides, conflicts: conflicts,
            phases: phases.map { .init(phase: $0, order: 50) })
        change(&manifest)
        return ElementDescription(
            name: name, kind: .native, path: "/plugins/\(name).so", version: "1",
            requires: requires, provides: provides, conflicts: conflicts,
            hooks: phases.map {
                .init(phase: $0, sortName: "50-\(name)", element: name, kind: .native)
            },
            manifest: manifest)
    }

    static let system = native("os", provides: ["operating-system"], phases: [.root])

    static func plan(
        _ request: BuildRequest, _ elements: [ElementDescription]
    ) throws -> BuildPlan {
        try Planner(request: request, index: ElementIndex(elements: elements)).plan()
    }
}
