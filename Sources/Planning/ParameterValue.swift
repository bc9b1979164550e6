// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Checks a text against the type and the choices of a parameter.
package enum ParameterValue {
    /// What is wrong with a value: the rest of a sentence that begins with the value, and what to do.
    package struct Fault: Error, Equatable {
        package var problem: String
        package var hint: String
    }

    /// The value in the one spelling that elements get: "true" or "false", an integer without leading zeros, a size as
    /// its number of bytes.
    package static func normalized(
        _ text: String, for parameter: ElementManifest.Parameter
    ) throws(Fault) -> String {
        switch parameter.type {
        case .string, .path:
            try checkChoices(text, parameter)
            return text
        case .list:
            for item in text.split(separator: ",") { try checkChoices(String(item), parameter) }
            return text
        case .integer:
            guard let number = Int64(text) else {
                throw Fault(problem: "is no integer", hint: "Give a whole number, such as 4.")
            }
            if parameter.name == Deadline.parameterName, !(1...Deadline.longest).contains(number) {
                throw Fault(
                    problem: "is no deadline",
                    hint: "Give 1 to \(Deadline.longest) seconds.")
            }
            try checkChoices(String(number), parameter)
            return String(number)
        case .size:
            guard let size = ByteCount(text, bareUnit: ByteCount(1)) else {
                throw Fault(
                    problem: "is no size",
                    hint: "Give a number with a unit, such as 800MiB or 2.5GiB.")
            }
            try checkChoices(String(size.bytes), parameter)
            return String(size.bytes)
        case .boolean:
            guard let truth = Truth.value(of: text) else {
                throw Fault(
                    problem: "is neither true nor false",
                    hint: "Give true, false, yes, no, 1 or 0.")
            }
            return truth ? "true" : "false"
        }
    }

    private static func checkChoices(
        _ text: String, _ parameter: ElementManifest.Parameter
    ) throws(Fault) {
        guard !parameter.choices.isEmpty, !parameter.choices.contains(text) else { return }
        let known = "It may be: \(parameter.choices.joined(separator: ", "))."
        let nearest = NearestName.of(text, in: parameter.choices)
        throw Fault(
            problem: "is not allowed",
            hint: parameter.isSecret
                ? known : nearest.map { "Did you mean '\($0)'? \(known)" } ?? known)
    }
}
