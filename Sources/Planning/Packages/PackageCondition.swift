// SPDX-License-Identifier: Apache-2.0

/// What stands after `when`: `VARIABLE = VALUE` or `VARIABLE != VALUE`.
///
/// The value is all that follows, blanks at its end included.
package struct PackageCondition: Equatable, Sendable {
    static let hint = "Write 'when: VARIABLE = VALUE' or 'when: VARIABLE != VALUE'."

    package let variable: String
    package let value: String
    /// Whether it holds when the variable has another value.
    package let isNegated: Bool

    /// Reads a condition; nil when it is none.
    package init?(_ text: String) {
        guard let match = text.prefixMatch(of: /(\w+)\s*(!?=)\s*([^\n]*)/) else { return nil }
        variable = String(match.1)
        isNegated = match.2 == "!="
        value = String(match.3)
    }

    /// Whether the condition holds; nil when the variable is not set.
    package func holds(with variables: [String: String]) -> Bool? {
        variables[variable].map { ($0 == value) != isNegated }
    }
}
