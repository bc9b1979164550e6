// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Glibc
import Planning

/// Shows a build on standard error: a line for each finished step, a live line for the running one when standard
/// error is a terminal, and the tables at the end.
final class TerminalReporter: BuildReporter {
    private let showsOutput: Bool
    private let isTerminal: Bool
    private let width: Int
    /// The steps that run now, oldest first; more than one while outputs are made in parallel.
    private var running: [Running] = []
    /// Whether a shell has the terminal.
    private var hasShell = false
    /// What stands on the live line; nil while there is none.
    private var liveLine: String?

    private struct Running {
        var index: Int
        var total: Int
        var step: PlannedStep
        var started: ContinuousClock.Instant
        var progress: String
    }

    /// - Parameter showsOutput: whether each line that hooks print is shown too (-x).
    init(showsOutput: Bool) {
        self.showsOutput = showsOutput
        isTerminal = isatty(STDERR_FILENO) == 1
        width = Self.terminalWidth()
    }

    func handle(_ event: BuildEvent) {
        switch event {
        case .buildStarted(let buildID, let scratch, let steps):
            line("build \(buildID): \(steps) steps, scratch folder \(scratch)")
        case .stepStarted(let index, let total, let step):
            running.append(
                Running(index: index, total: total, step: step, started: .now, progress: ""))
            redraw()
        case .stepFinished(let index, let seconds):
            finishStep(index, seconds)
        case .stepAdded(let step, let hook):
            line("  hook '\(hook)' added '\(step.name)' to \(step.phase?.rawValue ?? "the build")")
        case .output(let text):
            if showsOutput { line("  | \(text)") }
        case .message(let level, let text):
            if level != .debug || showsOutput { line("  \(level.rawValue): \(text)") }
        case .progress(let done, let total):
            guard !running.isEmpty else { return }
            running[running.count - 1].progress =
                total > 0 ? " \(Self.percent(done, of: total)) %" : " \(done)"
            redraw()
        case .published(let element, let name, let value):
            if showsOutput { line("  \(element) published \(name)=\(value)") }
        case .shellStarted(let point):
            line("break at \(point): end the shell to go on")
            clearLiveLine()
            hasShell = true
        case .shellEnded: hasShell = false
        case .artifactFinished, .buildFinished, .buildFailed:
            clearLiveLine()
        }
    }

    /// Draws the live line anew; called once a second while a step runs.
    func redraw() {
        guard isTerminal, !hasShell, let running = running.last else { return }
        let seconds = Int((ContinuousClock.now - running.started).components.seconds)
        let text =
            "[\(running.index)/\(running.total)] \(running.step.title)\(running.progress) \(seconds) s"
        guard text != liveLine else { return }
        write("\r\u{1B}[K" + String(text.prefix(width - 1)))
        liveLine = text
    }

    /// The tables after a build: artifacts with size and digest, time by phase.
    func summarize(_ report: BuildReport, elapsed: Duration) {
        clearLiveLine()
        for row in ReportTable(report: report, elapsed: elapsed).lines { line(row) }
    }

    func line(_ text: String) {
        clearLiveLine()
        write(Terminal.printable(text) + "\n")
        redraw()
    }

    private func finishStep(_ index: Int, _ seconds: Double) {
        guard let position = running.firstIndex(where: { $0.index == index }) else { return }
        let running = running.remove(at: position)
        let counter = "[\(running.index)/\(running.total)]"
        let time = seconds.secondsText
        line(counter.padded(to: 9) + running.step.title.padded(to: 52) + time)
    }

    /// A plugin may say anything: that more is done than there is, or numbers too large to multiply.
    private static func percent(_ done: UInt64, of total: UInt64) -> Int {
        Int(Double(min(done, total)) / Double(total) * 100)
    }

    /// Removes the live line, for an error message that follows.
    func clear() {
        running = []
        clearLiveLine()
    }

    private func clearLiveLine() {
        guard liveLine != nil else { return }
        write("\r\u{1B}[K")
        liveLine = nil
    }

    private func write(_ text: String) {
        Terminal.show(text)
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return 100
        }
        return Int(size.ws_col)
    }
}

extension PlannedStep {
    /// The phase and the hook, or what dibhost does.
    var title: String {
        let phase = (phase?.rawValue ?? "image").padded(to: 13)
        guard let element else { return phase + name }
        return phase + (name.hasSuffix(element) ? name : "\(name) (\(element))")
    }
}

extension String {
    /// The text followed by spaces up to `width` characters; longer text keeps one space behind it.
    func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self + " "
    }
}
