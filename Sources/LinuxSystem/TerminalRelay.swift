// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import SystemPackage

/// Runs a program on a pseudo-terminal of its own and passes on what the user types and what the program prints.
///
/// The program so has job control, a keyboard that can interrupt it, and a size, although the process that starts it is
/// of another session than the user's terminal, and of another process namespace.
package struct TerminalRelay: ~Copyable {
    /// Where the user types; a terminal.
    private let keyboard: FileDescriptor
    /// Where the user reads; the same terminal.
    private let screen: FileDescriptor
    private let terminal: PseudoTerminal
    private let limits: Command.Limits

    /// The user's terminal among this process's standard streams: where they type and where they read; nil without one.
    package static var userTerminal: (keyboard: FileDescriptor, screen: FileDescriptor)? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        let screen = [STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO].first { isatty($0) == 1 }
        return (.standardInput, FileDescriptor(rawValue: screen ?? STDIN_FILENO))
    }

    /// Runs `command` to its end; its standard streams are the pseudo-terminal.
    ///
    /// - Throws: `BuildError` when it cannot be started, or when `limits.interrupt` ended it; `Errno`.
    package static func run(
        _ command: Command, keyboard: FileDescriptor, screen: FileDescriptor,
        limits: Command.Limits
    ) throws -> ExitStatus {
        let relay = TerminalRelay(
            keyboard: keyboard, screen: screen, terminal: try PseudoTerminal(like: keyboard),
            limits: limits)
        return try relay.run(command)
    }

    private consuming func run(_ command: Command) throws -> ExitStatus {
        var command = command
        let side = terminal.program.descriptor
        command.standardInput = .descriptor(side)
        command.newSession = true
        command.takesTerminal = true
        let child = try command.start(output: side, error: side)
        var before = termios()
        let isTerminal = tcgetattr(keyboard.rawValue, &before) == 0
        if isTerminal {
            var raw = before
            cfmakeraw(&raw)
            tcsetattr(keyboard.rawValue, TCSADRAIN, &raw)
        }
        defer { if isTerminal { tcsetattr(keyboard.rawValue, TCSADRAIN, &before) } }
        let isInterrupted = relay(until: child.processDescriptor)
        if isInterrupted { child.signal(SIGHUP) }
        let status = try child.wait()
        guard !isInterrupted else {
            throw BuildError(.interrupted, "interrupted while a shell was open")
        }
        return status
    }

    /// Passes on bytes until the program has ended; true when the build is to end instead.
    private func relay(until ended: FileDescriptor) -> Bool {
        let controller = terminal.controller.descriptor
        var polled = [controller, ended, keyboard].map {
            pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0)
        }
        polled.append(
            pollfd(fd: limits.interrupt?.rawValue ?? -1, events: Int16(POLLIN), revents: 0))
        while true {
            // The size is looked at now and then: its signal goes to another process.
            poll(&polled, nfds_t(polled.count), 250)
            if polled[3].revents != 0 { return true }
            if polled[0].revents != 0 { pass(from: controller, to: screen) }
            if polled[1].revents != 0 {
                // What the program printed last.
                while poll(&polled, 1, 0) > 0, polled[0].revents & Int16(POLLIN) != 0,
                    pass(from: controller, to: screen)
                {}
                return false
            }
            if polled[2].revents != 0, !pass(from: keyboard, to: controller) {
                // The user's terminal is gone.
                return true
            }
            terminal.takeSize(of: keyboard)
        }
    }

    /// Passes on what is there; false at the end of the file.
    @discardableResult
    private func pass(from source: FileDescriptor, to target: FileDescriptor) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = read(source.rawValue, buffer.baseAddress, buffer.count)
            guard count > 0 else { return count < 0 && errno == EINTR }
            do {
                try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return true
            } catch {
                return false
            }
        }
    }
}
