// SPDX-License-Identifier: Apache-2.0

import Verify

/// What a verification found out, as a person reads it and as CI systems do.
struct VerifyText {
    let report: VerifyReport

    /// Boot by boot what was looked at, and what was found.
    var lines: String {
        var lines = [Terminal.printable("\(report.image) (\(report.digest))")]
        for boot in report.boots {
            let times = boot.stages.sorted { $0.key < $1.key }.map {
                "\($0.key) \(Self.seconds($0.value))"
            }
            let login = boot.seconds.map { ["login after \(Self.seconds($0))"] } ?? []
            lines.append(([boot.name] + login + times).joined(separator: ", "))
            var table = TextTable(indentation: 4)
            for check in boot.checks {
                table.add(
                    check.hasPassed ? "ok" : "FAILED", Terminal.printable(check.name),
                    Terminal.printable(check.detail))
            }
            lines += table.lines
            guard let console = boot.console else { continue }
            lines.append("    the end of its console:")
            lines += Terminal.printable(console).split(separator: "\n").map { "        \($0)" }
        }
        let count = report.boots.flatMap(\.checks).count
        lines.append(
            "\(count - report.failures) of \(count) checks passed, metadata by \(report.metadata.rawValue)"
        )
        return lines.joined(separator: "\n")
    }

    /// The form of JUnit: a test suite for each boot, a test case for each check.
    var junit: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        let count = report.boots.flatMap(\.checks).count
        lines.append(
            "<testsuites name=\"\(Self.xml(report.image))\" tests=\"\(count)\" failures=\"\(report.failures)\">"
        )
        for boot in report.boots {
            let failures = boot.checks.count { !$0.hasPassed }
            lines.append(
                "  <testsuite name=\"\(Self.xml(boot.name))\" tests=\"\(boot.checks.count)\" failures=\"\(failures)\" time=\"\(boot.seconds ?? 0)\">"
            )
            for check in boot.checks {
                let start =
                    "    <testcase classname=\"\(Self.xml(boot.name))\" name=\"\(Self.xml(check.name))\""
                lines.append(
                    check.hasPassed
                        ? start + "/>"
                        : start + "><failure message=\"\(Self.xml(check.detail))\"/></testcase>")
            }
            if let console = boot.console {
                lines.append("    <system-out>\(Self.xml(console))</system-out>")
            }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n")
    }

    private static func seconds(_ value: Double) -> String {
        "\(Int(value)).\(Int(value * 10) % 10) s"
    }

    /// The text as XML takes it, without the characters that XML cannot hold.
    private static func xml(_ text: String) -> String {
        Terminal.printable(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;").replacing(
                "\n", with: "&#10;")
    }
}
