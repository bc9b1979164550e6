// SPDX-License-Identifier: Apache-2.0

import Audit

/// The findings of an audit as a person reads them, and as a program does.
struct AuditText {
    struct Document: Encodable {
        struct Finding: Encodable {
            var rule: AuditRule
            var severity: AuditRule.Severity
            var place: AuditRule.Place
            var path: String
            var reason: String
            var fix: String
        }

        var path: String
        var findings: [Finding]
        var notes: [String]
        var errors: Int
        var warnings: Int
    }

    let path: String
    let report: AuditReport
    let notes: [String]

    var document: Document {
        let findings = report.findings.map { finding in
            Document.Finding(
                rule: finding.rule, severity: finding.rule.severity, place: finding.rule.place,
                path: finding.path, reason: finding.reason, fix: finding.rule.fix)
        }
        return Document(
            path: path, findings: findings, notes: notes + omissions, errors: report.count(.error),
            warnings: report.count(.warning))
    }

    /// Rule by rule, what is there and what to do.
    var lines: String {
        var lines = [Terminal.printable(path)]
        for rule in AuditRule.allCases {
            let findings = report.findings.filter { $0.rule == rule }
            guard !findings.isEmpty else { continue }
            lines.append(
                "\(rule.severity.rawValue)  \(rule.rawValue) (\(rule.place.rawValue)): \(rule.fix)")
            var table = TextTable(indentation: 4)
            for finding in findings {
                table.add(Terminal.printable(finding.path), Terminal.printable(finding.reason))
            }
            lines += table.lines
        }
        lines += (notes + omissions).map { "note: \(Terminal.printable($0))" }
        lines.append(
            "\(Self.count(report.count(.error), "error")), \(Self.count(report.count(.warning), "warning"))"
        )
        return lines.joined(separator: "\n")
    }

    private var omissions: [String] {
        report.leftOut.map { "\($0.count) more of the rule \($0.rule.rawValue) are not listed" }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
