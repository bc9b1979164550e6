// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Reads the text of a signature from left to right and stops at the first fault; see `FunctionSignature`.
struct SignatureParser {
    /// No function that people call by hand has more, and a stray text is found before it fills the memory.
    private static let mostArguments = 32
    private static let longestText = 1000

    private let text: [Character]
    /// The number of characters that were read.
    private var position = 0

    init(_ text: String) { self.text = Array(text.prefix(Self.longestText + 1)) }

    mutating func signature() throws(SignatureFault) -> FunctionSignature {
        guard text.count <= Self.longestText else {
            throw SignatureFault(
                position: Self.longestText,
                "the text goes on after \(Self.longestText) characters")
        }
        let start = nextPosition()
        let word = try word("the type of the result")
        guard word != "fn" else { throw Self.noResult(word, start) }
        let result = try type(word, at: start)
        guard result.range != nil || result == .void else { throw Self.noResult(word, start) }
        let arguments = try list { parser throws(SignatureFault) in try parser.argument() }
        if nextPosition() <= text.count {
            throw SignatureFault(
                position: position + 1, "'\(text[position])' follows the last ')'")
        }
        return FunctionSignature(result: result, arguments: arguments)
    }

    private static func noResult(_ word: String, _ position: Int) -> SignatureFault {
        SignatureFault(
            position: position, "'\(word)' is not what the function of a hook returns",
            hint: "It returns an integer, such as i32, where 0 is success, or void.")
    }

    private mutating func argument() throws(SignatureFault) -> ArgumentType {
        let start = nextPosition()
        let word = try word("a type")
        guard word == "fn" else { return .value(try valueType(word, at: start)) }
        let arguments = try list { parser throws(SignatureFault) in
            let start = parser.nextPosition()
            return try parser.valueType(try parser.word("a type"), at: start)
        }
        try expect("-", "'->' and the type of the result are missing")
        try expect(">", "'->' and the type of the result are missing")
        let resultStart = nextPosition()
        let result = try type(try self.word("the type of the result"), at: resultStart)
        guard result != .bytes else {
            throw SignatureFault(position: resultStart, "no function returns 'bytes'")
        }
        return .function(FunctionType(arguments, result: result))
    }

    /// What stands between '(' and ')', separated by commas.
    private mutating func list<Item>(
        _ item: (inout SignatureParser) throws(SignatureFault) -> Item
    ) throws(SignatureFault) -> [Item] {
        try expect("(", "'(' is missing")
        guard next() != ")" else {
            position += 1
            return []
        }
        var items: [Item] = []
        while true {
            let start = nextPosition()
            guard items.count < Self.mostArguments else {
                throw SignatureFault(
                    position: start, "there are more than \(Self.mostArguments) arguments")
            }
            items.append(try item(&self))
            guard next() == "," else { break }
            position += 1
        }
        try expect(")", "',' or ')' is missing")
        return items
    }

    // MARK: Words

    /// A type that a value can have.
    private func valueType(_ word: String, at start: Int) throws(SignatureFault) -> CType {
        guard word != "fn" else {
            throw SignatureFault(
                position: start, "a function type stands within another one",
                hint: "No service of the host takes a function.")
        }
        let type = try type(word, at: start)
        guard type != .void else {
            throw SignatureFault(
                position: start, "'void' is the type of a result only",
                hint: "A function without arguments has nothing between its brackets.")
        }
        return type
    }

    private func type(_ word: String, at start: Int) throws(SignatureFault) -> CType {
        if let type = CType(rawValue: word) { return type }
        let names = CType.allCases.map(\.rawValue) + ["fn"]
        let known = "Types are: \(names.joined(separator: ", "))."
        let hint =
            if word == "char" {
                "It is called 'i8' here, and 'char *' is 'str'."
            } else if let meant = CType.namesInC[word] {
                "It is called '\(meant.rawValue)' here."
            } else if let nearest = NearestName.of(word, in: names) {
                "Did you mean '\(nearest)'? \(known)"
            } else {
                known
            }
        throw SignatureFault(position: start, "'\(word)' is no type", hint: hint)
    }

    /// Letters, digits and underscores up to the next other character.
    private mutating func word(_ what: String) throws(SignatureFault) -> String {
        let start = nextPosition()
        let word = text[position...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !word.isEmpty else {
            throw SignatureFault(position: start, "\(what) is missing")
        }
        position += word.count
        return String(word)
    }

    private mutating func expect(
        _ character: Character, _ problem: String
    ) throws(SignatureFault) {
        guard next() == character else { throw SignatureFault(position: position + 1, problem) }
        position += 1
    }

    /// The next character that is no space; nil at the end.
    private mutating func next() -> Character? {
        while position < text.count, text[position] == " " { position += 1 }
        return position < text.count ? text[position] : nil
    }

    /// Where the next character that is no space stands, counted from 1.
    private mutating func nextPosition() -> Int {
        _ = next()
        return position + 1
    }
}
