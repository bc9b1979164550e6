// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import FoundationEssentials
import Planning

/// Shows a build as the original does: every line that hooks print goes to standard output with its time in UTC, and
/// to the log file.
///
///     DIB_QUIET=1          nothing on standard output, which a log file means too unless DIB_QUIET is 0
///     DIB_NO_TIMESTAMP=1   no times on standard output; those in the log file stay
final class OriginalReporter: BuildReporter {
    private let showsOutput: Bool
    private let showsTimes: Bool
    private let file: LogFile?

    /// - Throws: `BuildError` when the log file cannot be opened.
    init(
        environment: [String: String], logFile: String?, owner: BuildRequest.InvokingUser
    ) throws {
        let quiet = environment["DIB_QUIET"] ?? ""
        showsOutput = quiet.isEmpty ? logFile == nil : quiet != "1"
        showsTimes = environment["DIB_NO_TIMESTAMP"] != "1"
        file = try logFile.map { try LogFile(path: $0, owner: owner) }
        if let logFile { Terminal.write("the log goes to '\(logFile)'") }
    }

    func handle(_ event: BuildEvent) throws {
        switch event {
        case .buildStarted(let buildID, let scratch, let steps):
            line("dibhost \(ProgramVersion.text), build \(buildID): \(steps) steps in \(scratch)")
        case .stepStarted(let index, let total, let step):
            line("[\(index)/\(total)] \(step.title)")
        case .stepAdded(let step, let hook):
            line("hook '\(hook)' added '\(step.name)' to \(step.phase?.rawValue ?? "the build")")
        case .output(let text): line(text)
        case .message(.warning, let text): warn(text)
        case .message(.error, let text): line("error: \(text)")
        case .message(_, let text): line(text)
        case .published(let element, let name, let value):
            line("\(element) published \(name)=\(value)")
        case .artifactFinished(let artifact):
            line("wrote '\(artifact.path)', \(artifact.size)")
        case .buildFailed(let error):
            // Standard error gets it when the program ends.
            for text in "error: \(error)".split(separator: "\n") { record(stamped(text)) }
        case .shellStarted(let point): line("break at \(point): end the shell to go on")
        case .stepFinished, .progress, .shellEnded, .buildFinished: break
        }
        if let failure = file?.failure {
            throw BuildError(
                .buildFailed, "cannot write the log file",
                hint: "Free space there, or name another file with --logfile.",
                cause: "\(failure)")
        }
    }

    func redraw() {}
    func clear() {}

    /// Says something that does not stop the build.
    func warn(_ text: String) { line("warning: \(text)") }

    func summarize(_ report: BuildReport, elapsed: Duration) {
        for text in ReportTable(report: report, elapsed: elapsed).lines { line(text) }
        // What scripts look for.
        line("Build completed successfully")
    }

    private func line(_ text: String) {
        // Shells that trace say these with each function that switches tracing off and on.
        guard !text.contains("set +o"), !text.contains("xtrace") else { return }
        let stamped = stamped(text)
        if showsOutput { Terminal.write(Terminal.printable(showsTimes ? stamped : text)) }
        record(stamped)
    }

    private func record(_ line: String) { file?.write(line) }

    private func stamped(_ text: some StringProtocol) -> String {
        let day = Date.ISO8601FormatStyle().year().month().day()
        let stamp = day.dateTimeSeparator(.space).time(includingFractionalSeconds: true)
        return "\(Date().formatted(stamp)) | \(text)"
    }
}
