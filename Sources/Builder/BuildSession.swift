// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Elements
internal import Glibc
internal import LinuxSystem
package import Planning
package import SystemPackage

/// The supervisor's side of a build: starts the builder as root, hands it the plan and listens to
/// its events.
///
/// The builder lives in namespaces of its own, below dibhost-init (see Sources/Init/main.c).
/// Whatever happens to this process, the lifetime pipe closes with it, and with that the builder,
/// its children and its mounts are gone.
package struct BuildSession {
    /// The programs of a build.
    package struct Programs: Sendable {
        package var dibhost: FilePath
        package var `init`: FilePath

        package init(dibhost: FilePath, init: FilePath) {
            self.dibhost = dibhost
            self.`init` = `init`
        }

        /// The running program and the dibhost-init that was installed with it.
        package static func installed() throws -> Programs {
            guard let dibhost = SymbolicLink.target(of: "/proc/self/exe") else {
                throw BuildError(
                    .environment, "cannot read the link '/proc/self/exe'",
                    hint: "Mount /proc: mount -t proc proc /proc")
            }
            return Programs(dibhost: dibhost, init: try Installation.program("dibhost-init"))
        }
    }

    private let plan: BuildPlan
    private let programs: Programs
    private let publicationPause: Duration

    /// A session for one build.
    ///
    /// - Parameters:
    ///   - plan: What to build.
    ///   - programs: Where dibhost's programs lie.
    ///   - publicationPause: How long the step that publishes waits before the first output gets its final
    ///     name: time for someone who follows the events to end the build without any output.
    package init(plan: BuildPlan, programs: Programs, publicationPause: Duration = .zero) {
        self.plan = plan
        self.programs = programs
        self.publicationPause = publicationPause
    }

    /// Runs the plan to its end.
    ///
    /// The first SIGINT asks the builder to end the current step and the build; a second one,
    /// SIGTERM or SIGHUP end it at once. Both closures are called on this thread; when `onEvent`
    /// throws, the build is ended at once.
    /// - Parameters:
    ///   - onEvent: Gets each event in order, the last one (finished or failed) included.
    ///   - onTick: Is called about four times a second, for a line that shows the time.
    /// - Returns: The builder's report.
    /// - Throws: The builder's `BuildError`; one of status 3 when the builder cannot be started as
    ///   root; one of status 2 when another build writes the same outputs; one of status 130 after
    ///   a signal.
    package func run(
        onEvent: (BuildEvent) throws -> Void, onTick: () -> Void = {}
    ) throws -> BuildReport {
        SignalWatch.ignoreBrokenPipes()
        let lock = try OutputLock.take(imageName: FilePath(plan.request.imageName))
        let signals = try SignalWatch([SIGINT, SIGTERM, SIGHUP])
        let name = "dibhost." + Self.randomName()
        let control = try AbstractSocket.listening(at: name)
        let link = try BuilderLink.make(
            frame: Frame.encode(BuilderProcess.Assignment(plan: plan, supervisor: getpid())))
        let messages = try FileDescriptor.pipe()
        let reading = OwnedDescriptor(messages.readEnd)
        let writing = OwnedDescriptor(messages.writeEnd)
        let child = try startInit(control: name, output: writing.descriptor)
        try writing.close()
        var loop = SupervisorLoop(
            link: link, control: control, signals: signals, messages: reading,
            publicationPause: publicationPause)
        let outcome: SupervisorLoop.Outcome
        do {
            outcome = try loop.run(until: child.processDescriptor, onEvent, onTick)
        } catch {
            loop.endAtOnce()
            _ = try child.wait()
            throw error
        }
        let status = try child.wait()
        withExtendedLifetime(lock) {}
        return try report(outcome, status)
    }

    /// 32 random hexadecimal digits.
    static func randomName() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in String(generator.next() as UInt64, radix: 16) }
        return digits.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    }

    private func startInit(control: String, output: FileDescriptor) throws -> ChildProcess {
        let arguments = ["--control", control, "--", programs.dibhost.string, "run-plan"]
        guard UserAccount.effectiveID != 0 else {
            return try Command(programs.`init`.string, arguments).start(
                output: output, error: output)
        }
        var sudo = Command("sudo", ["-n", "--", programs.`init`.string] + arguments)
        // In a session of its own sudo would not find the password that the user gave on this
        // terminal a moment ago.
        sudo.newSession = false
        do {
            return try sudo.start(output: output, error: output)
        } catch let error as BuildError where error.code == .environment {
            throw RootRights.error(user: plan.request.user.name, cause: "sudo is not installed")
        }
    }

    private func report(
        _ outcome: SupervisorLoop.Outcome, _ status: ExitStatus
    ) throws -> BuildReport {
        switch outcome.end {
        case .finished(let report): return report
        case .failed(let error): throw error
        case .none: break
        }
        if let signal = outcome.signal {
            throw BuildError(.interrupted, "ended by \(SignalName.of(signal))")
        }
        let text = outcome.lines.joined(separator: "\n")
        // sudo ends with 1 when it does not start the program, dibhost-init with a status of its own.
        if !outcome.isConnected, UserAccount.effectiveID != 0, status == .exited(1) {
            throw RootRights.error(
                user: plan.request.user.name, cause: text.isEmpty ? nil : text)
        }
        if !outcome.isConnected || status == Self.initFailed {
            throw BuildError(
                .environment, "cannot start the builder",
                hint: "Run 'dibhost doctor'; in a container, allow it to mount (CAP_SYS_ADMIN).",
                cause: text.isEmpty ? "'\(programs.`init`)': \(status)" : text)
        }
        throw BuildError(
            .buildFailed, "the builder ended without a result: \(Self.builderStatus(status))",
            detail: text.isEmpty ? nil : text,
            hint: "Its mounts, processes and scratch memory are gone; 'dibhost gc' removes files.")
    }

    /// INIT_FAILED of Sources/Init/init.h.
    private static let initFailed = ExitStatus.exited(125)

    /// dibhost-init reports a signal as a shell does: 128 and its number.
    private static func builderStatus(_ status: ExitStatus) -> ExitStatus {
        if case .exited(let number) = status, number > 128, number < 192 {
            return .signalled(number - 128)
        }
        return status
    }
}
