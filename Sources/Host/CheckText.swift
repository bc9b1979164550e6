// SPDX-License-Identifier: Apache-2.0

import Elements
import Planning
import SystemPackage

/// The findings of a check as a person reads them, and as a program does.
enum CheckText {
    struct Report: Encodable {
        var path: String
        var element: String?
        var version: String?
        var machine: String?
        var findings: [Finding]
        var errors: Int
        var warnings: Int
        var notes: Int
    }

    static func report(_ check: PluginCheck) -> Report {
        Report(
            path: check.path.string, element: check.manifest?.name,
            version: check.manifest?.version, machine: check.machine?.name,
            findings: check.findings, errors: check.count(.error),
            warnings: check.count(.warning), notes: check.count(.note))
    }

    static func of(_ check: PluginCheck) -> String {
        var title = check.path.string
        if let manifest = check.manifest {
            title += ": element '\(manifest.name)' \(manifest.version)"
            if let machine = check.machine { title += ", \(machine.name)" }
        }
        var table = TextTable()
        for finding in check.findings {
            let place = finding.phase.map { "\($0): " } ?? ""
            table.add(
                finding.severity.rawValue, finding.rule.rawValue,
                Terminal.printable(place + finding.message))
            for line in (finding.detail ?? "").split(separator: "\n") {
                table.add("", "", "    " + Terminal.printable(String(line)))
            }
            if let hint = finding.hint { table.add("", "", "  " + Terminal.printable(hint)) }
        }
        let counts = [
            count(check.count(.error), "error"), count(check.count(.warning), "warning"),
            count(check.count(.note), "note"),
        ]
        return ([Terminal.printable(title)] + table.lines + [counts.joined(separator: ", ")])
            .joined(separator: "\n")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
