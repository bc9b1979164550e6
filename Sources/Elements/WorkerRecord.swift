// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import Wire

/// What is known of a worker from its frames, and the verdict when it has ended.
struct WorkerRecord {
    private(set) var published: [String: String] = [:]
    /// The disk layout that the hook made last.
    private(set) var layout: String?
    /// The last lines that it printed.
    var tail = TailBuffer(limit: 40)
    /// What the plugin left changed in its process, in the order in which it was seen.
    private(set) var traces: [WorkerTrial.Trace] = []
    private var stream = FrameStream()
    private(set) var isDone = false
    private(set) var phases: [UInt32]?
    private(set) var failure: WorkerFrame.Failure?
    private(set) var misunderstood: FrameError?

    /// Takes bytes from the worker's pipe.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ onEvent: (WorkerEvent) -> Void) {
        guard misunderstood == nil else { return }
        var frames: [WorkerFrame] = []
        do {
            try stream.append(bytes) { frames.append($0) }
        } catch {
            misunderstood = error
        }
        for frame in frames { take(frame, onEvent) }
    }

    private mutating func take(_ frame: WorkerFrame, _ onEvent: (WorkerEvent) -> Void) {
        switch frame {
        case .log(let level, let text): onEvent(.log(.init(rawValue: level) ?? .info, text))
        case .progress(let done, let total): onEvent(.progress(done: done, total: total))
        case .published(let name, let value):
            published[name] = value
            onEvent(.published(name: name, value: value))
        case .layout(let text):
            layout = text
            onEvent(.layout(text))
        case .ramdisk(let item, let name, let text):
            onEvent(.ramdisk(item: item, name: name, text: text))
        case .phases(let numbers): phases = numbers
        case .observed(let kind, let text): traces.append(.init(kind, text))
        case .failed(let failure): self.failure = failure
        case .done: isDone = true
        }
    }

    /// The one error for how the worker ended; nil when its hook succeeded.
    func error(_ status: ExitStatus, _ invocation: HookInvocation) -> BuildError? {
        if isDone, misunderstood == nil, status.isSuccess { return nil }
        var error = verdict(status, invocation)
        error.location = .init(
            element: invocation.element, phase: invocation.phase.rawValue, hook: invocation.hook)
        if error.detail == nil, !tail.lines.isEmpty {
            error.detail = tail.lines.joined(separator: "\n")
        }
        return error
    }

    private func verdict(_ status: ExitStatus, _ invocation: HookInvocation) -> BuildError {
        if let phases { return lie(phases, invocation) }
        if let failure { return refusal(failure, invocation) }
        if let misunderstood {
            return BuildError(
                .buildFailed, "the plugin disturbed its worker's messages",
                hint:
                    "Report this to the element's author; the plugin writes to a descriptor that it did not open.",
                cause: "\(misunderstood)")
        }
        switch status {
        case .signalled(let number):
            return BuildError(
                .buildFailed, "the plugin crashed: signal \(number) (\(SignalName.of(number)))",
                hint: "Report this to the element's author.")
        case .timedOut:
            return BuildError(
                .buildFailed,
                "the hook did not end within \((invocation.limits.deadline ?? .zero).formatted)",
                hint:
                    "If it needs more time, give it some: --set \(invocation.element).deadline=SECONDS."
            )
        case .exited(let number):
            return BuildError(
                .buildFailed,
                "the plugin ended without saying that it was done (exit status \(number))",
                hint: "Report this to the element's author: a hook returns, it does not call exit.")
        }
    }

    private func refusal(
        _ failure: WorkerFrame.Failure, _ invocation: HookInvocation
    ) -> BuildError {
        switch failure.stage {
        case .worker, .contract:
            return BuildError(.buildFailed, failure.message, hint: failure.hint)
        case .load:
            return BuildError(
                .buildFailed, "cannot load the plugin of element '\(invocation.element)'",
                hint: failure.hint, cause: failure.message)
        case .hook:
            return BuildError(
                invocation.phase == .check ? .refused : .buildFailed, failure.message,
                hint: failure.hint,
                cause: failure.code == 0 ? nil : "the element's error \(failure.code)")
        }
    }

    private func lie(_ numbers: [UInt32], _ invocation: HookInvocation) -> BuildError {
        let actual = numbers.sorted().map { number in
            Phase.allCases.first { $0.number == number }?.rawValue ?? "number \(number)"
        }
        let expected = invocation.expectedPhases.sorted().map(\.rawValue)
        return BuildError(
            .buildFailed,
            "the plugin's code has the phases \(Self.list(actual)), its manifest \(Self.list(expected))",
            hint:
                "Name the same phases in manifest.json as in the code, and build the plugin again.")
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "(none)" : names.joined(separator: ", ")
    }

}

extension Duration {
    /// Seconds, with a decimal where they are few: "0.5 s", "1800 s".
    fileprivate var formatted: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
