// SPDX-License-Identifier: Apache-2.0

import Audit
import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// The audit of the finished tree: what an image must not have when it is handed on.
extension RunningBuild {
    /// How many findings of a rule a message has.
    private static let shown = 3

    /// Looks at the finished tree unless nobody wants to know, or no image is made of it.
    ///
    /// - Throws: `BuildError` for errors, when they are to end the build.
    func auditTree() throws {
        guard plan.audits else { return }
        try steps.run(.auditTree) {
            let report = try TreeAudit(
                root: folders.tree, volumes: volumes.map { String($0.dropFirst()) },
                hostName: ThisMachine.hostName, allowing: auditExceptions,
                interrupt: limits.interrupt
            ).run()
            for text in texts(of: report, .warning) { warn("audit: \(text)") }
            let errors = texts(of: report, .error)
            guard plan.request.audit == .fail, !errors.isEmpty else {
                return errors.forEach { warn("audit: \($0)") }
            }
            throw BuildError(
                .buildFailed, "the image has what one that is handed on must not have",
                detail: errors.joined(separator: "\n"),
                hint:
                    "Take it away in a hook, allow it with '--audit-allow RULE', or build with '--audit warn'."
            )
        }
    }

    private var auditExceptions: Set<AuditRule> {
        Set(plan.request.auditExceptions.compactMap(AuditRule.init(rawValue:)))
    }

    /// A line for each rule that found something: its name, the first paths with the reasons, and how many more there are.
    private func texts(of report: AuditReport, _ severity: AuditRule.Severity) -> [String] {
        AuditRule.allCases.filter { $0.severity == severity }.compactMap { rule in
            let findings = report.findings.filter { $0.rule == rule }
            guard !findings.isEmpty else { return nil }
            let leftOut = report.leftOut.first { $0.rule == rule }?.count ?? 0
            let more = findings.count - Self.shown + leftOut
            let named = findings.prefix(Self.shown).map { "\($0.path) (\($0.reason))" }
            return "\(rule.rawValue): \(named.joined(separator: ", "))"
                + (more > 0 ? " and \(more) more" : "")
        }
    }
}
