// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Makes the plan of a build from what was asked and what exists; reads and touches nothing else.
package struct Planner {
    private let request: BuildRequest
    private let index: ElementIndex

    package init(request: BuildRequest, index: ElementIndex) {
        self.request = request.withBareImageName()
        self.index = index
    }

    /// The whole plan.
    ///
    /// - Throws: `BuildError` with status 2 for the first thing that cannot be done.
    package func plan() throws -> BuildPlan {
        let resolved = try Resolver(request: request, index: index).resolve()
        let descriptions = resolved.elements.map(\.description)
        let request = request.withoutUnwantedImages(descriptions).withRamdisk(descriptions)
        var settings = ParameterPlanner(request: request, resolved: resolved, index: index)
        let parameters = try settings.plan()
        for element in resolved.elements {
            try element.description.manifest?.checkBuildValues(in: request)
        }
        let exports = exports(of: resolved, parameters: parameters)
        let distribution = PackagePlanner.distribution(of: resolved, request: request)
        let layout = try LayoutPlanner.layout(request, resolved, parameters)
        let outputs = try OutputPlanner.outputs(request, layout: layout)
        let elements = resolved.elements.map(\.description)
        let ownHooks = HostHook.hooks(for: elements, packages: request.packages)
        let steps = StepPlanner(
            hooks: elements.flatMap { $0.hooks(with: request) } + ownHooks.map(\.planned),
            outputs: outputs,
            layout: layout, loadsContainer: request.dockerTarget != nil,
            audits: request.audit != .off
                && outputs.contains { OutputFormat.images.contains($0.format) }
        ).steps(hasLegacyElement: elements.contains { $0.kind == .legacy })
        let editors = BuildPlan.layoutEditors(resolved.elements, steps)
        // A hook may make the volume that a key is for.
        if editors.isEmpty { try layout.checkNames(of: request.encryptionKeys) }
        return BuildPlan(
            version: ProgramVersion.text, request: request, elements: resolved.elements,
            parameters: parameters, exports: exports,
            packages: PackagePlanner.baseTransaction(
                of: resolved, request: request, distribution: distribution,
                parameters: parameters, layout: layout),
            steps: steps, layout: layout,
            layoutEditors: editors, outputs: outputs,
            sourceDate: try SourceDate(environment: request.environment),
            warnings: shadowWarnings(resolved) + layout.warnings
                + layout.growthWarnings(editors: editors) + settings.warnings
                + BreakPoint.warnings(for: request.environment)
                + exportWarnings(exports))
    }

    /// Values of manifests with "{parameter}" replaced; one that refers to an unset parameter is left out.
    private func exports(
        of resolved: ResolvedElements, parameters: [BuildPlan.PlannedParameter]
    ) -> [BuildPlan.Export] {
        resolved.elements.flatMap { planned in
            let element = planned.description
            return (element.manifest?.exports ?? [:]).sorted { $0.key < $1.key }
                .compactMap { name, template -> BuildPlan.Export? in
                    let value = ValueTemplate.filled(template) { reference in
                        parameters.first { $0.element == element.name && $0.name == reference }?
                            .value
                    }
                    return value.map { .init(name: name, value: $0, element: element.name) }
                }
        }
    }

    private func exportWarnings(_ exports: [BuildPlan.Export]) -> [String] {
        var last: [String: BuildPlan.Export] = [:]
        var warnings: [String] = []
        for export in exports {
            if let other = last[export.name], other.value != export.value {
                warnings.append(
                    "elements '\(other.element)' and '\(export.element)' both set \(export.name): "
                        + "'\(export.value)' is used")
            }
            last[export.name] = export
        }
        return warnings
    }

    private func shadowWarnings(_ resolved: ResolvedElements) -> [String] {
        index.shadowed.filter { resolved[$0.name] != nil }.map {
            "element '\($0.name)': '\($0.shadowedBy ?? "")' is used instead of '\($0.path)'"
        }
    }
}
