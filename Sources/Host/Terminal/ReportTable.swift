// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics

/// The tables that end a build: what was written, and where the time went.
struct ReportTable {
    let report: BuildReport
    let elapsed: Duration

    var lines: [String] { artifactLines + timeLines }

    private var artifactLines: [String] {
        let paths = report.artifacts.map(\.path)
        let width = max(10, paths.map(\.count).max() ?? 0) + 2
        let header = "artifact".padded(to: width) + "      size  allocated  sha256"
        let rows = report.artifacts.map { artifact in
            artifact.path.padded(to: width)
                + artifact.size.description.leftPadded(to: 10) + " "
                + artifact.allocated.description.leftPadded(to: 10) + "  "
                + (artifact.sha256 ?? "-")
        }
        return rows.isEmpty ? [] : [""] + [header] + rows
    }

    private var timeLines: [String] {
        let timings = report.timings.filter { $0.seconds >= 0.005 }
        let width = max(22, timings.map(\.name.count).max() ?? 0)
        let rows = timings.map {
            "  " + $0.name.padded(to: width) + $0.seconds.secondsText
        }
        let seconds =
            Double(elapsed.components.seconds)
            + Double(elapsed.components.attoseconds) / 1e18
        return ["", "time by phase"] + rows
            + ["  " + "in all".padded(to: width) + seconds.secondsText]
    }
}

extension Double {
    /// A time in seconds as tables show it: two decimals, right-aligned in ten columns.
    var secondsText: String { decimals(2).leftPadded(to: 8) + " s" }

    /// The number, which is not negative, rounded to so many decimals.
    func decimals(_ count: Int) -> String {
        let scale = (0..<count).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((self * Double(scale)).rounded())
        return "\(scaled / scale).\(String(scale + scaled % scale).dropFirst())"
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
