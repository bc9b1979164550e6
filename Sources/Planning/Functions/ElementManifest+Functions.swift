// SPDX-License-Identifier: Apache-2.0

extension ElementManifest {
    /// The phases whose work the plugin's own table does.
    package var tablePhases: [Phase] { phases.filter { $0.function == nil }.map(\.phase) }

    /// Whether the plugin has a table at all: plain C functions may do the work of every phase.
    package var needsTable: Bool { phases.isEmpty || !tablePhases.isEmpty }

    /// The plain C function that does the work of `phase`, if one does.
    package func function(of phase: Phase) -> BoundFunction? {
        phases.first { $0.phase == phase }?.function
    }

    /// Why a value of `parameter` cannot be handed to a function that takes it; nil when it can.
    package func fault(of text: String, for parameter: String) -> ParameterValue.Fault? {
        for use in uses(of: parameter) {
            if let fault = use.type.fault(of: text) {
                return .init(problem: "\(fault.problem), \(use.place)", hint: fault.hint)
            }
        }
        return nil
    }

    /// The first argument that needs `parameter` to have a value: a text without value is NULL, a number is not.
    func firstNeed(of parameter: String) -> String? {
        uses(of: parameter).first { ![.str, .path, .bytes].contains($0.type) }?.place
    }

    private func uses(of parameter: String) -> [(type: CType, place: String)] {
        phases.compactMap(\.function).flatMap { function in
            zip(function.signature.arguments, function.arguments).enumerated().compactMap {
                index, pair in
                guard case .value(let type) = pair.0,
                    pair.1 == ArgumentSource(.parameter, parameter)
                else { return nil }
                return (type, "argument \(index + 1) of the function '\(function.symbol)'")
            }
        }
    }
}
