// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Splits arguments into options and the rest as getopt_long(3) does: letters may be joined, long names abbreviated,
/// values joined or separate, and options may follow other arguments until `--`.
///
/// ArgumentParser, which reads dibhost's own arguments, knows none of that, and scripts that call the original's programs
/// rely on it. glibc's function works on global variables, which Swift 6 does not let through.
package struct OptionScanner {
    /// Which beginnings of a name stand for it.
    package enum Abbreviation: Sendable {
        /// Those that no other option of this kind has.
        case first
        /// The same, unless options of the first kind have them.
        case second
        case none
    }

    /// An option that a program has.
    package struct Option: Equatable, Sendable {
        /// The name without dashes.
        package var name: String
        package var letter: Character?
        package var takesValue: Bool
        package var abbreviation: Abbreviation

        package init(
            name: String, letter: Character? = nil, takesValue: Bool = false,
            abbreviation: Abbreviation = .first
        ) {
            self.name = name
            self.letter = letter
            self.takesValue = takesValue
            self.abbreviation = abbreviation
        }
    }

    /// An option as it was given.
    package struct Given: Equatable, Sendable {
        package var option: Option
        /// nil for an option that takes no value.
        package var value: String?
    }

    package struct Result: Equatable, Sendable {
        package var options: [Given] = []
        /// All other arguments, in their order.
        package var rest: [String] = []
    }

    private let options: [Option]
    /// POSIXLY_CORRECT: everything from the first other argument on is no option.
    private let stopsAtFirstOther: Bool

    package init(_ options: [Option], stopsAtFirstOther: Bool = false) {
        self.options = options
        self.stopsAtFirstOther = stopsAtFirstOther
    }

    /// - Throws: `BuildError` with status 2 for an option that there is not, or one without its value.
    package func scan(_ arguments: [String]) throws -> Result {
        var result = Result()
        var left = arguments[...]
        while let argument = left.popFirst() {
            if argument == "--" {
                break
            } else if argument.hasPrefix("--") {
                result.options.append(try long(argument.dropFirst(2), &left))
            } else if argument.hasPrefix("-"), argument != "-" {
                result.options += try letters(argument.dropFirst(), &left)
            } else {
                result.rest.append(argument)
                if stopsAtFirstOther { break }
            }
        }
        result.rest += left
        return result
    }

    private func long(_ text: Substring, _ left: inout ArraySlice<String>) throws -> Given {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let option = try option(named: String(parts[0]))
        guard option.takesValue else {
            guard parts.count == 1 else {
                throw BuildError(.refused, "option '--\(option.name)' takes no value")
            }
            return Given(option: option)
        }
        guard let value = parts.count == 2 ? String(parts[1]) : left.popFirst() else {
            throw missingValue("--\(option.name)")
        }
        return Given(option: option, value: value)
    }

    private func letters(
        _ text: Substring, _ left: inout ArraySlice<String>
    ) throws -> [Given] {
        var given: [Given] = []
        var rest = text
        while let letter = rest.popFirst() {
            guard let option = options.first(where: { $0.letter == letter }) else {
                throw BuildError(
                    .refused, "unknown option '-\(letter)'",
                    hint:
                        "Known are: \(options.compactMap { $0.letter.map { "-\($0)" } }.joined(separator: " "))."
                )
            }
            guard option.takesValue else {
                given.append(Given(option: option))
                continue
            }
            guard let value = rest.isEmpty ? left.popFirst() : String(rest) else {
                throw missingValue("-\(letter)")
            }
            given.append(Given(option: option, value: value))
            break
        }
        return given
    }

    private func option(named name: String) throws -> Option {
        if let option = options.first(where: { $0.name == name }) { return option }
        func abbreviated(_ kind: Abbreviation) -> [Option] {
            options.filter { $0.abbreviation == kind && $0.name.hasPrefix(name) }
        }
        let first = abbreviated(.first)
        let meant = first.isEmpty ? abbreviated(.second) : first
        guard meant.count != 1 else { return meant[0] }
        let names = (meant.isEmpty ? options : meant).map { "--\($0.name)" }
        guard meant.isEmpty else {
            throw BuildError(
                .refused, "option '--\(name)' may mean more than one",
                hint: "Write one of: \(names.joined(separator: ", ")).")
        }
        throw BuildError(
            .refused, "unknown option '--\(name)'",
            hint: NearestName.of("--\(name)", in: names).map { "Did you mean '\($0)'?" }
                ?? "'-h' lists the options.")
    }

    private func missingValue(_ option: String) -> BuildError {
        BuildError(.refused, "missing value for '\(option)'", hint: "'-h' lists the options.")
    }
}
