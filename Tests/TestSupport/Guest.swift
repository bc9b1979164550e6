// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// A running machine under QEMU, seen through its serial console.
package final class Guest {
    private let options: GuestOptions
    /// All that the console printed, as it is printed.
    package let log: FilePath
    private var child: ChildProcess?
    private let keyboard: FileDescriptor
    private let start = ContinuousClock.now
    /// How much of the log earlier waits have passed.
    private var position = 0
    private var hasChosen = false
    private var commands = 0

    init(_ options: GuestOptions, folder: FilePath) throws {
        self.options = options
        log = folder.appending("console.log")
        SignalWatch.ignoreBrokenPipes()
        try TextFile.write(GuestOptions.testerRules, to: folder.appending("tester.conf"))
        if let files = options.firmware.files {
            try Command(
                "install", ["-m", "0600", files.variables, folder.appending("variables.fd").string]
            ).checkedOutput()
        }
        let pipe = try FileDescriptor.pipe()
        keyboard = pipe.writeEnd
        let console = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        let errors = try FileDescriptor.open(
            folder.appending("qemu.log"), .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        _ = fcntl(keyboard.rawValue, F_SETFD, FD_CLOEXEC)
        var qemu = Command("qemu-system-x86_64", options.qemuArguments(folder: folder))
        qemu.standardInput = .descriptor(pipe.readEnd)
        child = try qemu.start(output: console, error: errors)
        for descriptor in [pipe.readEnd, console, errors] { try descriptor.close() }
    }

    /// Waits until `text` appears on the console after what earlier waits found, and returns what came before it.
    ///
    /// - Throws: `BuildError` when the guest ends first or its deadline passes.
    @discardableResult
    package func waitFor(_ text: String) throws -> String {
        while true {
            let hasEnded = try endsNow()
            let console = try consoleBytes()
            try startWithoutDelay(console)
            if let found = console.dropFirst(position).firstRange(of: Array(text.utf8)) {
                let before = String(decoding: console[position..<found.lowerBound], as: UTF8.self)
                position = found.upperBound
                return before
            }
            if hasEnded { throw failure("ended before '\(text)' appeared on its console") }
            if ContinuousClock.now - start > options.deadline {
                throw failure("showed no '\(text)' within \(options.deadline)")
            }
            usleep(50_000)
        }
    }

    /// Starts what GRUB's menu offers first, which it would do by itself five seconds later.
    private func startWithoutDelay(_ console: [UInt8]) throws {
        guard !hasChosen, console.firstRange(of: Array("Press enter to boot".utf8)) != nil else {
            return
        }
        hasChosen = true
        try type("")
    }

    /// Types a line on the console.
    package func type(_ line: String) throws {
        try keyboard.writeAll((line + "\n").utf8)
    }

    /// Waits for the login prompt and logs in as the user that `addsTester` makes.
    package func logIn() throws {
        try waitFor("login:")
        try type("tester")
        try takeShell()
    }

    /// Makes a root shell that is waiting on the console, such as one of an automatic login, ready for `run`.
    package func takeShell() throws {
        // The kernel's remarks, such as how slow emulation is, would stand among the output of commands, and so would
        // systemd's on what still starts: signal 55 is SIGRTMIN+21, systemd(1), on which it clears its last line.
        // systemd takes signals before requests, so its answer to one says that this is done.
        try type(
            "stty -echo; PS1=; TERM=dumb; export PAGER=cat SYSTEMD_PAGER=cat; dmesg --console-level emerg; "
                + "kill -55 1; systemctl show --property=Version >/dev/null; echo shell-'ready'")
        try waitFor("shell-ready")
    }

    /// Runs a command in the guest's shell and returns what it printed and its exit status.
    package func run(_ command: String) throws -> (output: String, status: Int32) {
        commands += 1
        try type("echo 'begin'-\(commands); { \(command); } 2>&1; echo 'end'-\(commands)-$?-")
        try waitFor("begin-\(commands)")
        let output = try waitFor("end-\(commands)-")
        guard let status = Int32(try waitFor("-")) else {
            throw failure("printed no exit status for '\(command)'")
        }
        let lines = output.split(whereSeparator: \.isNewline)
        return (lines.joined(separator: "\n"), status)
    }

    /// The last lines of the console, for messages.
    package var consoleTail: String {
        guard let bytes = try? consoleBytes() else { return "the console could not be read" }
        let lines = String(decoding: bytes.suffix(8000), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        return lines.suffix(40).joined(separator: "\n")
    }

    func switchOff() {
        child?.signal(SIGKILL)
        child = nil
        try? keyboard.close()
    }

    private func consoleBytes() throws -> [UInt8] { Array(try TextFile.read(log).utf8) }

    private func endsNow() throws -> Bool {
        guard let descriptor = child?.processDescriptor else { return true }
        var ended = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&ended, 1, 0) > 0
    }

    private func failure(_ text: String) -> BuildError {
        let errors = log.removingLastComponent().appending("qemu.log")
        return BuildError(.buildFailed, text, detail: try? TextFile.read(errors))
    }
}
