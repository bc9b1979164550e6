// SPDX-License-Identifier: Apache-2.0

import Builder
import Elements
import Planning

extension BuildOptions {
    /// From arguments to a plan: reads files, runs nothing, touches nothing.
    ///
    /// `change` has the last word on the request.
    func plan(_ change: (inout BuildRequest) -> Void = { _ in }) throws -> BuildPlan {
        var request = try request()
        change(&request)
        let index = try ElementCatalog(for: request).index
        try MisplacedCommand.refuse(request.elements, in: index)
        return try Self.plan(request, index)
    }

    /// From a request and what exists to a plan.
    static func plan(_ request: BuildRequest, _ index: ElementIndex) throws -> BuildPlan {
        try Planner(request: request, index: index).plan().checkingShellElements().datingInputs()
    }
}
