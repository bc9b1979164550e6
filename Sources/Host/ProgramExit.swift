// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import Foundation

/// Runs a command and ends the process with the exit status that design section 8 names.
enum ProgramExit {
    /// Parses the arguments, runs the command they name, reports its error and ends the process.
    static func run(_ command: any ParsableCommand.Type) -> Never {
        var arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if let original = OriginalProgram(path: CommandLine.arguments.first ?? "") {
                arguments = try original.arguments(arguments)
            }
            var parsed = try command.parseAsRoot(arguments)
            try parsed.run()
            exit(0)
        } catch let error as BuildError {
            end(with: error)
        } catch let code as ExitCode {
            // Another program that did the work has said all there is to say.
            exit(code.rawValue)
        } catch {
            switch command.exitCode(for: error) {
            case .success:
                Terminal.write(command.fullMessage(for: error))
                exit(0)
            case .validationFailure:
                end(
                    with: UnknownCommand.error(in: arguments, of: command)
                        ?? usageError(command.message(for: error)))
            default: end(with: BuildError(wrapping: error))
            }
        }
    }

    private static func end(with error: BuildError) -> Never {
        Terminal.report(error)
        exit(error.exitStatus)
    }

    /// ArgumentParser's text in the form of our own messages.
    private static func usageError(_ text: String) -> BuildError {
        let sentences = text.split(separator: ". ", maxSplits: 1)
        let first = sentences.first ?? "Wrong usage"
        let message = first.prefix(1).lowercased() + first.dropFirst()
        return BuildError(
            .refused, message.hasSuffix(".") ? String(message.dropLast()) : message,
            hint: sentences.count > 1
                ? String(sentences[1]) : "'dibhost --help' lists commands and options.")
    }
}
