// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import FoundationEssentials
import Planning

/// A plan as a person reads it, without secret values.
struct PlanText {
    private let plan: BuildPlan

    init(_ plan: BuildPlan) { self.plan = plan.withoutSecrets() }

    var lines: [String] {
        elements + parameters + exports + packages + steps
            + layoutText + outputs + sourceDate
    }

    private var layoutText: [String] {
        LayoutText(
            plan.layout, editors: plan.layoutEditors, words: plan.layout.rootWords(plan.request)
        ).lines
    }

    private var elements: [String] {
        var table = TextTable(indentation: 2)
        for planned in plan.elements {
            let element = planned.description
            let rights = element.manifest?.privileges.map(\.rawValue) ?? []
            table.add(
                element.name, element.kind.rawValue, element.version ?? "", planned.reason,
                rights.isEmpty ? "" : "may use \(rights.joined(separator: ", "))")
        }
        return ["elements"] + table.lines
    }

    private var parameters: [String] {
        guard !plan.parameters.isEmpty else { return [] }
        var table = TextTable(indentation: 2)
        for parameter in plan.parameters {
            let origin =
                parameter.origin == .environment
                ? "environment \(parameter.environmentName ?? "")" : parameter.origin.rawValue
            table.add(
                "\(parameter.element).\(parameter.name)", parameter.value ?? "(not set)", origin)
        }
        return ["parameters"] + table.lines
    }

    private var exports: [String] {
        guard !plan.exports.isEmpty else { return [] }
        var table = TextTable(indentation: 2)
        for export in plan.exports {
            table.add("\(export.name)=\(export.value)", "set by \(export.element)")
        }
        return ["environment of hooks"] + table.lines
    }

    private var packages: [String] {
        plan.packages.isEmpty ? [] : ["packages", "  " + plan.packages.joined(separator: " ")]
    }

    private var steps: [String] {
        let manifests = Dictionary(
            plan.elements.map { ($0.description.name, $0.description.manifest) }
        ) { first, _ in first }
        var table = TextTable(indentation: 2)
        for (number, step) in plan.steps.enumerated() {
            let place = step.isInChroot ? "in the chroot" : ""
            table.add(
                String(number + 1), step.phase?.rawValue ?? "-", step.name,
                step.kind == .host ? "" : "\(step.kind.rawValue)", place,
                step.mayGrow ? "may grow" : "", call(of: step, manifests))
        }
        return ["steps"] + table.lines
    }

    /// The plain C function that a step calls, with the values of parameters.
    private func call(
        of step: PlannedStep, _ manifests: [String: ElementManifest?]
    ) -> String {
        guard let phase = step.phase, let element = step.element,
            let function = manifests[element]??.function(of: phase)
        else { return "" }
        return "calls "
            + function.call { name in
                plan.parameters.first { $0.element == element && $0.name == name }?.value
                    ?? "NULL"
            }
    }

    /// What hooks get as SOURCE_DATE_EPOCH, and where it comes from.
    private var sourceDate: [String] {
        guard let date = plan.sourceDate else { return [] }
        let time = Date(timeIntervalSince1970: Double(date.seconds)).formatted(.iso8601)
        var table = TextTable(indentation: 2)
        switch date.origin {
        case .environment:
            table.add(String(date.seconds), time, "environment \(SourceDate.variable)")
        case .input(let path):
            table.add(String(date.seconds), time, path, "or a newer file of phase root")
        }
        return ["source date"] + table.lines
    }

    private var outputs: [String] {
        var table = TextTable(indentation: 2)
        for output in plan.outputs {
            table.add(output.format.rawValue, output.path, output.disk.map { "disk \($0)" } ?? "")
        }
        return ["outputs"] + table.lines
    }
}
