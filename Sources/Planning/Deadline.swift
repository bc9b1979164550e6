// SPDX-License-Identifier: Apache-2.0

/// The parameter that every native element has: how long each of its hooks may run.
package enum Deadline {
    package static let parameterName = "deadline"

    /// A week, in seconds.
    static let longest: Int64 = 604_800

    static let parameter = ElementManifest.Parameter(
        name: parameterName, type: .integer, defaultValue: nil,
        doc: "How many seconds each hook may run; without it 3600 in phase root, else 1800",
        environment: nil, choices: [], isSecret: false)
}

extension ElementManifest {
    /// The manifest's own parameters and those that dibhost adds to every native element.
    package var settableParameters: [Parameter] {
        parameters.contains { $0.name == Deadline.parameterName }
            ? parameters : parameters + [Deadline.parameter]
    }
}
