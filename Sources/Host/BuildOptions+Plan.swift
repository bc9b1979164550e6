// SPDX-License-Identifier: Apache-2.0

import Builder
import Elements
import Planning

extension BuildOptions {
    /// From arguments to a plan: reads files, runs nothing, touches nothing.
    func plan() throws -> BuildPlan {
        let request = try request()
        return try Planner(request: request, index: ElementCatalog(for: request).index).plan()
            .checkingShellElements().datingInputs()
    }
}
