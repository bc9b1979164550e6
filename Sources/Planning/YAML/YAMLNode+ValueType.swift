// SPDX-License-Identifier: Apache-2.0

extension YAMLNode {
    /// What a value means to PyYAML, the original's reader: YAML 1.1 with its own rules of numbers and dates.
    package enum ValueType: String, Sendable {
        case string = "a text"
        case boolean = "true or false"
        case integer = "a whole number"
        case number = "a number"
        case date = "a date"
        case nothing
        case list = "a list"
        case map = "a map"
    }

    package var valueType: ValueType {
        switch content {
        case .list: .list
        case .map: .map
        case .text where isQuoted: .string
        case .text(let text): Self.valueType(ofPlain: text)
        }
    }

    /// The truth value of a boolean; nil for anything else.
    package var truth: Bool? {
        guard !isQuoted, let text else { return nil }
        return Self.truths[text]
    }

    /// The value of a whole number; nil for anything else, and for one that needs more than 64 bits.
    package var integer: Int? {
        guard valueType == .integer, let text else { return nil }
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = text.drop { "+-".contains($0) }.filter { $0 != "_" }
        if digits.hasPrefix("0b") { return Int(sign + digits.dropFirst(2), radix: 2) }
        if digits.hasPrefix("0x") { return Int(sign + digits.dropFirst(2), radix: 16) }
        if digits.hasPrefix("0") { return Int(sign + digits, radix: 8) }
        if digits.contains(":") { return Self.sexagesimal(digits, sign: sign == "-" ? -1 : 1) }
        return Int(sign + digits)
    }

    private static let truths: [String: Bool] = {
        let (yes, no) = (["yes", "true", "on"], ["no", "false", "off"])
        let words = yes.map { ($0, true) } + no.map { ($0, false) }
        let spellings = words.flatMap { word, truth in
            [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()]
                .map { ($0, truth) }
        }
        return Dictionary(uniqueKeysWithValues: spellings)
    }()

    private static func valueType(ofPlain text: String) -> ValueType {
        if ["", "~", "null", "Null", "NULL"].contains(text) { return .nothing }
        if truths[text] != nil { return .boolean }
        if let isNumber = number(text) { return isNumber ? .number : .integer }
        if isDate(text) { return .date }
        return .string
    }

    /// Whether a number has a fraction; nil for what is none.
    private static func number(_ text: String) -> Bool? {
        let integer = /[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])*)/
        if text.wholeMatch(of: integer) != nil { return false }
        let fraction =
            /[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?/
        let other =
            /[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)/
        let isNumber = text.wholeMatch(of: fraction) != nil || text.wholeMatch(of: other) != nil
        return isNumber ? true : nil
    }

    private static func isDate(_ text: String) -> Bool {
        let day = /[0-9]{4}-[0-9]{2}-[0-9]{2}/
        let moment =
            /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?/
        return text.wholeMatch(of: day) != nil || text.wholeMatch(of: moment) != nil
    }

    /// Such as 1:30:00, which is 5400; nil when it needs more than 64 bits.
    private static func sexagesimal(_ digits: String, sign: Int) -> Int? {
        var value = 0
        for part in digits.split(separator: ":") {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 60)
            guard !overflow, let part = Int(part) else { return nil }
            let (sum, carry) = scaled.addingReportingOverflow(sign * part)
            guard !carry else { return nil }
            value = sum
        }
        return value
    }
}
