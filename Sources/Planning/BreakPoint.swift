// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// A place in a build where the caller's variable `break` can open a shell.
package enum BreakPoint: Hashable, Sendable {
    case before(Phase)
    case after(Phase)
    /// After a hook has failed inside the chroot, or in phase block-device.
    case afterError

    /// The name of the list's variable.
    package static let variable = "break"

    package var name: String {
        switch self {
        case .before(let phase): "before-\(phase.rawValue)"
        case .after(let phase): "after-\(phase.rawValue)"
        case .afterError: "after-error"
        }
    }

    /// All that there are.
    static var all: [BreakPoint] {
        Phase.allCases.flatMap { [.before($0), .after($0)] } + [.afterError]
    }

    /// A warning for each name in the list that is none of a place.
    static func warnings(for environment: [String: String]) -> [String] {
        let names = all.map(\.name)
        return words(environment).filter { !names.contains($0) }.map { name in
            let nearest = NearestName.of(name, in: names).map { "; did you mean '\($0)'?" } ?? ""
            return "the variable 'break' names '\(name)', which is no place of a build\(nearest)"
        }
    }

    /// Whether the list in the caller's environment has it.
    package func isWanted(in environment: [String: String]) -> Bool {
        Self.words(environment).contains(name)
    }

    private static func words(_ environment: [String: String]) -> [String] {
        (environment[variable] ?? "").split(separator: ",").map(String.init)
    }
}
