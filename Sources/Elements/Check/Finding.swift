// SPDX-License-Identifier: Apache-2.0

/// One thing that would go wrong, or might, where a plugin is used.
package struct Finding: Codable, Equatable, Sendable {
    /// How much a finding matters, the gravest first.
    package enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
        /// The plugin cannot be used somewhere, or does harm.
        case error
        /// It works here, and may not at a customer's.
        case warning
        /// Good to know.
        case note

        package static func < (left: Self, right: Self) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    package var severity: Severity
    package var rule: CheckRule
    /// What it is about: a library, a symbol, a parameter, a path.
    package var object: String?
    /// The phase whose dry run showed it.
    package var phase: String?
    /// Lower case, without a full stop; the plugin is the subject.
    package var message: String
    /// More lines, such as the last ones that a hook printed.
    package var detail: String?
    /// One sentence on what to do.
    package var hint: String?

    /// A finding of `rule`; `severity` is given where it is another one than the rule's own.
    package init(
        _ rule: CheckRule, _ message: String, severity: Severity? = nil, object: String? = nil,
        phase: String? = nil, detail: String? = nil, hint: String? = nil
    ) {
        self.severity = severity ?? rule.severity
        self.rule = rule
        self.object = object
        self.phase = phase
        self.message = message
        self.detail = detail
        self.hint = hint
    }
}
