// SPDX-License-Identifier: Apache-2.0

internal import Legacy
package import Planning

extension BuildPlan {
    /// The plan with what only a look into the folders of shell elements shows.
    ///
    /// Adds a warning for each file that nothing will read. Reads folders and runs nothing.
    /// - Throws: `BuildError` with status 2 when two elements bring a hook of the same name, or one a list of packages
    ///   that dibhost would have to read and cannot.
    package func checkingShellElements() throws -> BuildPlan {
        let elements = elements.map(\.description)
        _ = try HookFolder.owners(of: elements)
        var plan = self
        plan.warnings += try UnservedParts.warnings(for: elements)
        if elements.contains(where: { $0.kind == .native && $0.name == "package-installs" }) {
            for element in elements { _ = try ElementFiles.packageLists(of: element) }
        }
        return plan
    }
}
