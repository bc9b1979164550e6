// SPDX-License-Identifier: Apache-2.0

internal import Yams

extension YAMLNode {
    /// What a value means by the rules of YAML 1.1, which the original's readers follow.
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
        let text: String
        switch content {
        case .list: return .list
        case .map: return .map
        case .text(let value): text = value
        }
        let scalar = Node.Scalar(text)
        if isQuoted { return .string }
        if ["", "~", "null", "Null", "NULL"].contains(text) { return .nothing }
        if Bool.construct(from: scalar) != nil { return .boolean }
        if Int.construct(from: scalar) != nil { return .integer }
        if Double.construct(from: scalar) != nil { return .number }
        if text.contains(/^\d{4}-\d\d?-\d\d?(?:[Tt ].*)?$/) { return .date }
        return .string
    }

    /// The truth value of a boolean; nil for anything else.
    package var truth: Bool? {
        guard valueType == .boolean, let text else { return nil }
        return Bool.construct(from: Node.Scalar(text))
    }

    /// The value of a whole number; nil for anything else.
    package var integer: Int? {
        guard valueType == .integer, let text else { return nil }
        return Int.construct(from: Node.Scalar(text))
    }
}
