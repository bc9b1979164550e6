// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

extension ElementManifest {
    /// The value of each parameter when the element is tried out alone: a setting, else the default.
    ///
    /// Where a function of the element needs a value and neither is there, one is made up.
    /// - Throws: `BuildError` with status 2 for a setting that a build would refuse.
    package func trialValues(
        settings: [(parameter: String, value: String)], user: BuildRequest.InvokingUser
    ) throws -> [String: String] {
        var element = ElementDescription(name: name, kind: .native, path: "")
        element.manifest = self
        var request = BuildRequest(elements: [name], user: user)
        request.settings = parameters.compactMap { parameter in
            guard parameter.defaultValue == nil, firstNeed(of: parameter.name) != nil else {
                return nil
            }
            return .init(
                element: name, parameter: parameter.name, value: Self.madeUpValue(of: parameter))
        }
        // Of two settings of one parameter the later one counts.
        request.settings += settings.map {
            .init(element: name, parameter: $0.parameter, value: $0.value)
        }
        var planner = ParameterPlanner(
            request: request,
            resolved: ResolvedElements(elements: [.init(description: element, reason: "tried out")]
            ),
            index: ElementIndex(elements: [element]))
        var values: [String: String] = [:]
        for parameter in try planner.plan() { values[parameter.name] = parameter.value }
        return values
    }

    private static func madeUpValue(of parameter: Parameter) -> String {
        if let first = parameter.choices.first { return first }
        return switch parameter.type {
        case .string, .list: "check"
        case .integer: "1"
        case .size: String(ByteCount.mebibytes(1).bytes)
        case .boolean: "false"
        case .path: "/dev/null"
        }
    }
}
