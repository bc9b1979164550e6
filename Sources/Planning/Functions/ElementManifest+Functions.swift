// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

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
        for use in uses(of: .init(.parameter, parameter)) {
            if let fault = use.type.fault(of: text) {
                return .init(problem: "\(fault.problem), \(use.place)", hint: fault.hint)
            }
        }
        return nil
    }

    /// What needs `parameter` to have a value: the element, or the first argument that is no text, which may be NULL.
    func firstNeed(of parameter: String) -> String? {
        if parameters.contains(where: { $0.name == parameter && $0.isRequired }) {
            return "the element"
        }
        return uses(of: .init(.parameter, parameter)).first {
            ![.str, .path, .bytes].contains($0.type)
        }?
        .place
    }

    /// Refuses values of the build that a plan knows and a function cannot take.
    func checkBuildValues(in request: BuildRequest) throws {
        for name in BuildValueName.allCases {
            guard let text = name.text(in: request) else { continue }
            for use in uses(of: .init(.buildValue, name.rawValue)) {
                guard let fault = use.type.fault(of: text) else { continue }
                throw BuildError(
                    .refused,
                    "element '\(self.name)': the value '\(name.rawValue)' is '\(text)', which "
                        + "\(fault.problem), \(use.place)",
                    hint: "Ask the element's author for a wider type in its manifest.")
            }
        }
    }

    /// The arguments that get what `source` says.
    private func uses(of source: ArgumentSource) -> [(type: CType, place: String)] {
        phases.compactMap(\.function).flatMap { function in
            zip(function.signature.arguments, function.arguments).enumerated().compactMap {
                index, pair in
                guard case .value(let type) = pair.0,
                    pair.1 == source
                else { return nil }
                return (type, "argument \(index + 1) of the function '\(function.symbol)'")
            }
        }
    }
}
