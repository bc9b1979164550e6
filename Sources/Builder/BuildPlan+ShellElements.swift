// SPDX-License-Identifier: Apache-2.0

internal import Legacy
package import Planning

extension BuildPlan {
    /// The plan with what only a look into the folders of shell elements shows.
    ///
    /// Adds a warning for each file that nothing will read. Reads folders and runs nothing.
    /// - Throws: `BuildError` with status 2 when two elements bring a hook of the same name.
    package func checkingShellElements() throws -> BuildPlan {
        let elements = elements.map(\.description)
        _ = try HookFolder.owners(of: elements)
        var plan = self
        plan.warnings += try UnservedParts.warnings(for: elements)
        return plan
    }
}
