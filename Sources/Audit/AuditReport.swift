// SPDX-License-Identifier: Apache-2.0

/// Something that a rule found.
package struct AuditFinding: Codable, Equatable, Sendable {
    package var rule: AuditRule
    /// In the tree, with a leading slash; bytes that are no UTF-8 are replaced.
    package var path: String
    /// What is there, never a secret itself.
    package var reason: String
}

/// What an audit found, in the order of the tree, and no more of each rule than a person reads.
package struct AuditReport: Sendable {
    private static let mostOfARule = 200

    package private(set) var findings: [AuditFinding] = []
    private var counts: [AuditRule: Int] = [:]
    private let allowed: Set<AuditRule>

    /// An empty report that leaves out what `allowed` rules find.
    init(allowing allowed: Set<AuditRule>) { self.allowed = allowed }

    mutating func add(_ rule: AuditRule, _ path: String, _ reason: String) {
        guard !allowed.contains(rule) else { return }
        counts[rule, default: 0] += 1
        guard counts[rule, default: 0] <= Self.mostOfARule else { return }
        findings.append(AuditFinding(rule: rule, path: path, reason: reason))
    }

    /// How many findings there are of that severity, those left out of the list too.
    package func count(_ severity: AuditRule.Severity) -> Int {
        counts.filter { $0.key.severity == severity }.values.reduce(0, +)
    }

    /// How many findings of each rule are not in the list.
    package var leftOut: [(rule: AuditRule, count: Int)] {
        AuditRule.allCases.compactMap { rule in
            let more = counts[rule, default: 0] - Self.mostOfARule
            return more > 0 ? (rule, more) : nil
        }
    }
}
