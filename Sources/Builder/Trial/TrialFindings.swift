// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import Planning

/// Puts into words what a dry run has shown.
enum TrialFindings {
    /// So many changed files are named.
    private static let mostPaths = 20
    /// So many lines that a failed hook printed are shown.
    private static let mostLines = 6

    /// What a worker showed; without `phase` it has only loaded the plugin.
    static func of(_ trial: WorkerTrial, phase: Phase?) -> [Finding] {
        var findings: [Finding] = []
        if let rule = trial.rule, let error = trial.error {
            findings.append(failure(rule, error, trial, phase))
        } else if phase == nil, let first = trial.lines.first {
            findings.append(
                Finding(
                    .loadOutput, "prints '\(first)' as soon as it is loaded",
                    hint: "Print in hooks only: the library is loaded for every hook."))
        }
        findings += traces(trial, phase)
        for name in trial.published.keys.sorted() {
            findings.append(
                Finding(
                    .published, "publishes '\(name)'", object: name, phase: phase?.rawValue))
        }
        return findings
    }

    private static func failure(
        _ rule: CheckRule, _ error: BuildError, _ trial: WorkerTrial, _ phase: Phase?
    ) -> Finding {
        var message = error.message
        if let cause = error.cause { message += ": \(cause)" }
        if rule == .hookError { message = "the hook failed on the scratch tree: \(message)" }
        // Of a crash the whole trace counts; programs end with the reason.
        let lines = (error.detail ?? "").split(separator: "\n")
        let shown = rule == .crash ? lines[...] : lines.suffix(Self.mostLines)
        return Finding(
            rule, message, phase: phase?.rawValue,
            detail: shown.isEmpty ? nil : shown.joined(separator: "\n"),
            hint: rule == .hang ? "Raise --deadline if it only needs more time." : error.hint)
    }

    private static func traces(_ trial: WorkerTrial, _ phase: Phase?) -> [Finding] {
        func texts(_ kind: WorkerTrial.Kind) -> [String] {
            trial.traces.filter { $0.kind == kind }.map(\.text)
        }
        var findings: [Finding] = []
        let descriptors = texts(.descriptor)
        if !descriptors.isEmpty {
            findings.append(
                Finding(
                    .descriptorLeak, "leaves open: \(descriptors.joined(separator: ", "))",
                    object: descriptors.first, phase: phase?.rawValue,
                    hint: "Close what the hook opens."))
        }
        if let threads = texts(.threads).first {
            findings.append(
                Finding(
                    .threadLeak, "leaves \(threads) more threads running than before",
                    phase: phase?.rawValue))
        }
        let settings = texts(.setting)
        if !settings.isEmpty {
            findings.append(
                Finding(
                    .processState, "leaves changed: \(settings.joined(separator: ", "))",
                    object: settings.first, phase: phase?.rawValue,
                    hint: "Set back what the hook sets; give programs their environment with run."))
        }
        return findings
    }

    /// What a worker left outside of itself.
    static func of(
        processes: [String], mounts: [String], changes: [WorldChanges.Change], phase: Phase?
    ) -> [Finding] {
        var findings: [Finding] = []
        if !processes.isEmpty {
            let names = Set(processes).sorted().map { "'\($0)'" }.joined(separator: ", ")
            findings.append(
                Finding(
                    .processLeak, "leaves processes running: \(names)",
                    object: processes.first, phase: phase?.rawValue,
                    hint: "Let the hook stop what it starts."))
        }
        findings += mounts.map { path in
            Finding(
                .mountLeak, "leaves something mounted on '\(path)'", object: path,
                phase: phase?.rawValue, hint: "Let the hook unmount what it mounts.")
        }
        findings += changes.prefix(mostPaths).map { change in
            Finding(
                .outsideWrite,
                "changes the build host: '\(change.path)' was \(change.kind.rawValue)",
                object: change.path, phase: phase?.rawValue,
                hint: "Write below the target tree, or into the folder 'scratch.folder'.")
        }
        if changes.count > mostPaths {
            findings.append(
                Finding(
                    .outsideWrite,
                    "changes \(changes.count - mostPaths) more files of the build host",
                    phase: phase?.rawValue))
        }
        return findings
    }
}
