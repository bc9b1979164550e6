// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

extension BuildPlan {
    /// The native elements whose hooks may change the layout while the build runs, in the order of the hooks.
    static func layoutEditors(
        _ elements: [PlannedElement], _ steps: [PlannedStep]
    ) -> [String] {
        steps.filter { $0.kind == .native && $0.phase == .blockDevice }.compactMap(\.element)
            .filter { name in
                let element = elements.first { $0.description.name == name }?.description
                // A table gets all services of the host, a plain function those that are bound to it.
                return element?.manifest?.function(of: .blockDevice)?.canEditLayout ?? true
            }
    }

    /// The layout that a hook of `element` puts in place of `old`, checked like one that is read from a file.
    ///
    /// - Throws: `BuildError` that names the line of `text`.
    package func layout(
        _ text: String, by element: String, inPlaceOf old: DiskLayout
    ) throws -> DiskLayout {
        let planner = LayoutPlanner(
            request: request, resolved: ResolvedElements(elements: elements),
            parameters: parameters)
        do {
            return try planner.edited(old, by: element, text)
        } catch var error as BuildError {
            // The build has begun: this is no refusal any more.
            error.code = .buildFailed
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            error.detail = lines.prefix(100).enumerated().map { "\($0.offset + 1)  \($0.element)" }
                .joined(separator: "\n")
            throw error
        }
    }
}

extension BuildPlan {
    /// The outputs that a build has with another layout than the planned one.
    ///
    /// - Throws: `BuildError` for two of one name.
    package func outputs(of layout: DiskLayout) throws -> [PlannedOutput] {
        try OutputPlanner.outputs(request, layout: layout)
    }
}

extension BoundFunction {
    fileprivate var canEditLayout: Bool {
        arguments.contains { $0.kind == .service && $0.text == HostService.setDiskLayout.rawValue }
    }
}
