// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Runs this program once more as root, below dibhost-init, and listens to it until it ends.
struct RootSession {
    let programs: BuildSession.Programs
    /// The command that runs as root.
    var arguments: [String]
    /// The name of the user who called dibhost, for messages.
    var user: String
    var publicationPause = Duration.zero
    /// Whether it sees the host's network.
    var hasNetwork = true

    /// Sends `frame` to the command and hands each frame that comes back to `onFrame`.
    ///
    /// The first SIGINT asks the command to end; a second one, SIGTERM or SIGHUP end it at once. Both closures are
    /// called on this thread; when `onFrame` throws, the command is ended at once.
    /// - Returns: The error for a command that has ended without saying how it went.
    func run(
        sending frame: [UInt8], onFrame: ([UInt8]) throws -> SupervisorLoop.Reaction,
        onTick: () -> Void = {}
    ) throws -> BuildError {
        SignalWatch.ignoreBrokenPipes()
        let signals = try SignalWatch([SIGINT, SIGTERM, SIGHUP])
        let name = "dibhost." + BuildSession.randomName()
        let control = try AbstractSocket.listening(at: name)
        let link = try BuilderLink.make(frame: frame)
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
            outcome = try loop.run(until: child.processDescriptor, onFrame, onTick)
        } catch {
            loop.endAtOnce()
            _ = try child.wait()
            throw error
        }
        return failure(outcome, try child.wait())
    }

    private func startInit(control: String, output: FileDescriptor) throws -> ChildProcess {
        let options = ["--control", control] + (hasNetwork ? [] : ["--no-network"])
        let arguments = options + ["--", programs.dibhost.string] + arguments
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
            throw RootRights.error(user: user, cause: "sudo is not installed")
        }
    }

    private func failure(
        _ outcome: SupervisorLoop.Outcome, _ status: ExitStatus
    ) -> BuildError {
        if let signal = outcome.signal {
            return BuildError(.interrupted, "ended by \(SignalName.of(signal))")
        }
        let text = outcome.lines.joined(separator: "\n")
        // sudo ends with 1 when it does not start the program, dibhost-init with a status of its own.
        if !outcome.isConnected, UserAccount.effectiveID != 0, status == .exited(1) {
            return RootRights.error(
                user: user, cause: text.isEmpty ? nil : text)
        }
        if !outcome.isConnected || status == Self.initFailed {
            return BuildError(
                .environment, "cannot start the builder",
                hint: "Run 'dibhost doctor'; in a container, allow it to mount (CAP_SYS_ADMIN).",
                cause: text.isEmpty ? "'\(programs.`init`)': \(status)" : text)
        }
        return BuildError(
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
