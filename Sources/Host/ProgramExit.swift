// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import Glibc
import LinuxSystem
import Planning

/// Runs a command and ends the process with the exit status that design section 8 names.
enum ProgramExit {
    /// Parses the arguments, runs the command they name, reports its error and ends the process.
    static func run(_ root: any ParsableCommand.Type) -> Never {
        let original = OriginalProgram(path: CommandLine.arguments.first ?? "")
        let command = original?.command ?? root
        var arguments = Array(CommandLine.arguments.dropFirst())
        var parsed: any ParsableCommand
        do {
            if let original, !isForArgumentParser(arguments) {
                arguments = try original.arguments(
                    arguments, environment: ProcessEnvironment.current)
            }
            parsed = try command.parseAsRoot(arguments)
        } catch {
            endParsing(of: arguments, command, original, error)
        }
        do {
            try parsed.run()
            exit(0)
        } catch let code as ExitCode {
            // Another program that did the work has said all there is to say.
            exit(code.rawValue)
        } catch {
            switch command.exitCode(for: error) {
            case .success:
                Terminal.write(command.fullMessage(for: error))
                exit(0)
            default:
                let error = BuildError(wrapping: error)
                end(with: error, status: original?.exitStatus(of: error))
            }
        }
    }

    /// What ArgumentParser answers by itself: requests of completions and of the makers of manual pages.
    private static func isForArgumentParser(_ arguments: [String]) -> Bool {
        ["--generate-completion-script", "--experimental-dump-help", "---completion"].contains {
            arguments.first?.hasPrefix($0) ?? false
        }
    }

    /// Help, the version, or an error in the arguments.
    private static func endParsing(
        of arguments: [String], _ command: any ParsableCommand.Type, _ original: OriginalProgram?,
        _ error: any Error
    ) -> Never {
        let status = original?.usageStatus
        if let error = error as? BuildError { end(with: error, status: status) }
        switch command.exitCode(for: error) {
        case .success:
            Terminal.write(command.fullMessage(for: error))
            exit(0)
        case .validationFailure:
            end(
                with: UnknownCommand.error(in: arguments, of: command)
                    ?? usageError(
                        command.message(for: error),
                        of: command.configuration.commandName ?? "dibhost"),
                status: status)
        default: end(with: BuildError(wrapping: error), status: status)
        }
    }

    private static func end(with error: BuildError, status: Int32?) -> Never {
        Terminal.report(error)
        exit(status ?? error.exitStatus)
    }

    /// ArgumentParser's text in the form of our own messages.
    static func usageError(
        _ text: String, of program: String = "dibhost"
    ) -> BuildError {
        let sentences = text.split(separator: ". ", maxSplits: 1)
        let first = sentences.first ?? "Wrong usage"
        let message = first.prefix(1).lowercased() + first.dropFirst()
        return BuildError(
            .refused, message.hasSuffix(".") ? String(message.dropLast()) : message,
            hint: sentences.count > 1
                ? String(sentences[1])
                : "'\(program) --help' lists \(program == "dibhost" ? "commands and " : "")options."
        )
    }
}
