// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// The shell that the caller's variable `break` opens in the middle of a build.
///
///     break=before-install,after-error   where
///     break_cmd=COMMAND                  instead of bash, before phases outside the chroot and after an error
///     break_outside_target=1             after an error: outside of the chroot
///
/// On a terminal it has one of its own, with job control, whose bytes are passed on; else the command reads the caller's
/// standard input, and what it prints is part of the log. How it ends does not matter: the build goes on, or fails as it
/// was about to.
struct BreakShell {
    let build: RunningBuild

    private var caller: [String: String] { build.plan.request.environment }

    /// Opens the shell where the caller wants one at `point`, in the surroundings of hooks of `phase`.
    func open(at point: BreakPoint, in phase: Phase) throws {
        guard point.isWanted(in: caller) else { return }
        let command = command(at: point, in: phase)
        guard let user = TerminalRelay.userTerminal else {
            build.note("break at \(point.name): running '\(command.summary)'")
            var command = command
            command.standardInput = .inherited
            _ = try command.run(limits: build.limits) { build.output($0) }
            return
        }
        build.events.send(.shellStarted(point: point.name))
        defer { build.events.send(.shellEnded) }
        _ = try TerminalRelay.run(
            command, keyboard: user.keyboard, screen: user.screen, limits: build.limits)
    }

    private func command(at point: BreakPoint, in phase: Phase) -> Command {
        var isInChroot = phase.isInChroot
        var own: String?
        switch point {
        case .before: own = isInChroot ? nil : caller["break_cmd"]
        case .after: own = nil
        case .afterError:
            own = caller["break_cmd"]
            if !(caller["break_outside_target"] ?? "").isEmpty { isInChroot = false }
        }
        // Outside of the chroot there is nothing special about the phases that run in it.
        let environment = build.environment
        let surroundings = isInChroot ? phase : phase.isInChroot ? .extraData : phase
        var command = Command(
            "bash", own.map { ["-c", $0] } ?? [],
            environment: environment.variables(for: surroundings))
        if isInChroot {
            command.root = build.folders.tree
            // What somebody typed here is no part of the image.
            command.environment?["HISTFILE"] = "/dev/null"
            command.workingDirectory = "/"
        } else {
            command.credentials = build.credentials
        }
        return command
    }
}
