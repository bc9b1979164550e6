// SPDX-License-Identifier: Apache-2.0

extension CType {
    /// Why a value with this text cannot become an argument of this type; nil when it can.
    package func fault(of text: String) -> ParameterValue.Fault? {
        switch self {
        case .f32: Self.fault(of: Float(text), self)
        case .f64: Self.fault(of: Double(text), self)
        case .bool:
            text == "true" || text == "false"
                ? nil : .init(problem: "is neither true nor false", hint: "Give true or false.")
        case .str, .path:
            text.utf8.contains(0)
                ? .init(
                    problem: "has a NUL byte, where \(rawValue) ends",
                    hint: "Give a text without it; only bytes can carry it.") : nil
        case .bytes: nil
        case .fd, .void:
            .init(problem: "is a text, and no text is \(rawValue)", hint: "Bind 'target.fd'.")
        default: integerFault(of: text)
        }
    }

    private func integerFault(of text: String) -> ParameterValue.Fault? {
        guard let range else { return nil }
        let hint = "Give \(range.lowerBound) to \(range.upperBound)."
        guard let number = Int128(text) else {
            return .init(problem: "is no integer", hint: hint)
        }
        return range.contains(number)
            ? nil : .init(problem: "does not fit \(rawValue)", hint: hint)
    }

    private static func fault(
        of number: (some BinaryFloatingPoint)?, _ type: CType
    ) -> ParameterValue.Fault? {
        let hint = "Give a number, such as 2.5."
        guard let number else { return .init(problem: "is no number", hint: hint) }
        return number.isFinite
            ? nil : .init(problem: "does not fit \(type.rawValue)", hint: hint)
    }
}
