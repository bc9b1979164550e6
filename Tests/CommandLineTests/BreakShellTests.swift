// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The variable `break`: shells in the middle of a build, on a terminal and without one.
struct BreakShellTests {
    /// Builds with a failing element, and with `input` as the standard input, and returns what was printed.
    private func run(
        _ variables: [String: String], elements: [String] = ["tiny-os", "one"], input: String = ""
    ) throws -> EventStream.Outcome {
        try TemporaryFolder.with("break") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "one", ["root.d/90-one": "echo a root hook", "install.d/10-one": "echo a hook"])
            try build.addElement("fails", ["install.d/20-fails": "exit 42"])
            var command = build.command(
                elements, formats: "tar", options: ["-n"], environment: variables)
            command.standardInput = .text(input)
            let outcome = try EventStream.run(command)
            #expect(try build.leftovers() == [])
            return outcome
        }
    }

    private func printed(_ outcome: EventStream.Outcome) -> [String] {
        outcome.events.compactMap { if case .output(let line) = $0 { line } else { nil } }
    }

    @Test func `without a terminal the shell reads the standard input`() throws {
        let outcome = try run(
            ["break": "before-root,after-post-install,before-install"],
            input: "echo shell in $PWD of $(id -u), $TMP_MOUNT_PATH\n")
        #expect(outcome.status == .exited(0), "\(outcome.lines)")
        let lines = printed(outcome)
        // The first one reads all of it.
        let shell = try #require(lines.firstIndex { $0.hasPrefix("shell in ") })
        let hook = try #require(lines.firstIndex(of: "a root hook"))
        #expect(shell < hook)
        #expect(lines.count { $0.hasPrefix("shell in ") } == 1)
    }

    @Test func `inside the chroot it stands in it, before the first hook and after the last`()
        throws
    {
        let inside = try run(
            ["break": "before-install"],
            input: "echo in $PWD $(ls /tmp/in_target.d/install.d) $HOME\n")
        #expect(inside.status == .exited(0), "\(inside.lines)")
        #expect(printed(inside).contains("in / 10-one /root"))
        let after = try run(["break": "after-install"], input: "echo after\n")
        let lines = printed(after)
        #expect(lines.last { ["a hook", "after"].contains($0) } == "after")
    }

    @Test(arguments: [("", "in /"), ("1", "out")])
    func `after an error the command runs, and the build fails as it was about to`(
        outside: String, expected: String
    ) throws {
        let outcome = try run(
            [
                "break": "after-error", "break_outside_target": outside,
                "break_cmd": "[ -d /tmp/in_target.d ] && echo in $PWD || echo out",
            ], elements: ["tiny-os", "one", "fails"])
        #expect(outcome.status == .exited(1))
        #expect(printed(outcome).last == expected)
        #expect(outcome.lines.contains { $0.contains("hook '20-fails' failed: exit status 42") })
    }

    @Test func `a name that is no place is a warning`() throws {
        let outcome = try run(["break": "before-instal"])
        #expect(outcome.status == .exited(0))
        #expect(
            outcome.lines.contains {
                $0.contains(
                    "the variable 'break' names 'before-instal', which is no place of a build; "
                        + "did you mean 'before-install'?")
            })
    }

    /// Types into a build on a pseudo-terminal, each line when the text before it has appeared; prints what was shown.
    private static let typist = """
        import os, pty, select, sys, termios, time
        child, terminal = pty.fork()
        if child == 0:
            os.execvp(sys.argv[1], sys.argv[1:])
        shown = b""
        def wait(text):
            global shown
            end = time.time() + 60
            while text not in shown and time.time() < end:
                if not select.select([terminal], [], [], 1)[0]: continue
                try: data = os.read(terminal, 4096)
                except OSError: return
                shown += data
            assert text in shown, (text, shown)
            shown = shown[shown.index(text) + len(text):]
        before = termios.tcgetattr(terminal)
        wait(b"break at before-install")

        """

    private static let jobControl = """
        for line, answer in [
            (b"export PS1=; stty -echo; echo re''ady\\n", b"ready"),
            (b"[[ $- == *m* ]] && echo jo''bs on $(stty size)\\n", b"jobs on 24 80"),
            (b"echo wai''ting; sleep 100\\n", b"waiting"),
            (b"\\x03", b""),
            (b"echo st''atus $?\\n", b"status 130"),
        ]:
            time.sleep(0.3)
            if b"stty size" in line:
                import fcntl, struct
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
                time.sleep(0.6)
            os.write(terminal, line)
            wait(answer)
        os.write(terminal, b"exit 3\\n")
        wait(b"image.tar")
        assert termios.tcgetattr(terminal) == before
        print("exit", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """

    private static let death = """
        os.write(terminal, b"stty -echo; echo re''ady\\n")
        wait(b"ready")
        os.write(terminal, b"kill -9 $PPID\\n")
        wait(b"log: ")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert termios.tcgetattr(terminal) == before
        print("exit", status)
        """

    /// Types `script` into the shell before phase install, and returns what the typist printed.
    private func type(_ script: String) throws -> Command.Captured {
        try TemporaryFolder.with("break") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("one", ["install.d/10-one": "echo a hook"])
            let command = build.command(
                ["tiny-os", "one"], formats: "tar", options: ["-n"],
                environment: ["break": "before-install", "TERM": "dumb"])
            var typing = Command(
                "python3", ["-c", Self.typist + script, command.program] + command.arguments,
                environment: command.environment)
            typing.workingDirectory = command.workingDirectory
            let captured = try typing.capture(limits: .init(deadline: .seconds(90)))
            #expect(try build.leftovers() == [])
            return captured
        }
    }

    @Test func `on a terminal it has job control, and Ctrl-C does not end the build`() throws {
        let captured = try type(Self.jobControl)
        #expect(captured.output == "exit 0\n", "\(captured.errorLines)")
    }

    @Test func `the terminal is as it was when the builder dies under the shell`() throws {
        let captured = try type(Self.death)
        #expect(captured.output == "exit 1\n", "\(captured.errorLines)")
    }
}
