// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// One image of diskimage-builder's YAML files.
package struct ImageDefinition: Equatable {
    package enum Value: Equatable {
        case text(String)
        case texts([String])
        case pairs([Pair])
        case flag(Bool)
        case number(Int)
    }

    package struct Pair: Equatable {
        package var key: String
        package var value: String
    }

    private var values: [String: Value]

    init(_ values: [String: Value]) { self.values = values }

    subscript(key: String) -> Value? { values[key] }

    /// Takes in what another definition of the same image says: lists grow, maps get its keys, all else is replaced.
    mutating func merge(_ other: ImageDefinition) {
        for (key, value) in other.values {
            switch (values[key], value) {
            case (.texts(let mine), .texts(let more)): values[key] = .texts(mine + more)
            case (.pairs(let mine), .pairs(let more)):
                let kept = mine.map { pair in more.last { $0.key == pair.key } ?? pair }
                let new = more.filter { pair in !mine.contains { $0.key == pair.key } }
                values[key] = .pairs(kept + new)
            default: values[key] = value
            }
        }
    }

    /// The program that makes the image.
    package var program: OriginalProgram {
        values["ramdisk"] == .flag(true) ? .ramdiskImageCreate : .diskImageCreate
    }

    /// The variables that the program gets beside the caller's.
    package var environment: [Pair] {
        guard case .pairs(let pairs) = values["environment"] else { return [] }
        return pairs
    }

    /// The program's arguments.
    package var arguments: [String] {
        ImageProperty.all.flatMap(arguments(for:)) + elements
    }

    private var elements: [String] {
        guard case .texts(let names) = values["elements"] else { return [] }
        return names
    }

    private func arguments(for property: ImageProperty) -> [String] {
        guard let option = property.option, let value = values[property.key] else { return [] }
        let text: String
        switch value {
        case .flag(let isSet): return isSet ? [option] : []
        case .number(let count):
            if case .repeated = property.kind { return Array(repeating: option, count: count) }
            text = String(count)
        case .text(let value): text = value
        case .texts(let items): text = items.joined(separator: ",")
        case .pairs(let pairs): text = pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        }
        return text.isEmpty ? [] : [option, text]
    }

    /// The command that makes the image, as it can be typed into a shell.
    package var command: String {
        let variables = environment.map { "\($0.key)=\(Self.quoted($0.value))" }
        let words = ([program.rawValue] + arguments).map(Self.quoted)
        return (variables + words).joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "@%+=:,./-_".contains($0))
        }
        guard text.isEmpty || !isPlain else { return text }
        return "'" + text.replacing("'", with: "'\"'\"'") + "'"
    }
}
