// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// A value that the user gave, and what it was given with, for messages about it.
struct OptionValue {
    var text: String
    /// The option, or the environment variable.
    var source: String

    /// The option's value, else the variable's; nil when there is neither, or when the one there is, is empty.
    init?(
        _ option: String?, _ name: String, else variable: String, in environment: [String: String]
    ) {
        if let option {
            self.init(text: option, source: name)
        } else if let value = environment[variable], !value.isEmpty {
            self.init(text: value, source: variable)
        } else {
            return nil
        }
    }

    private init(text: String, source: String) {
        self.text = text
        self.source = source
    }

    /// A size above zero; without a unit it is one of `bareUnit`.
    ///
    /// - Throws: `BuildError` with status 2.
    func size(bareUnit: ByteCount) throws -> ByteCount {
        if let size = ByteCount(text, bareUnit: bareUnit), size > .zero { return size }
        let unit = bareUnit == .gibibytes(1) ? "GiB" : "MiB"
        throw BuildError(
            .refused, "\(source) '\(text)' is no size",
            hint: "Give a number of \(unit), or one with a unit, such as 800MiB or 2.5GiB.")
    }

    /// One of the known values.
    ///
    /// - Throws: `BuildError` with status 2.
    func choice<Choice>(of what: String, among known: [Choice]) throws -> Choice
    where Choice: RawRepresentable, Choice.RawValue == String {
        try BuildOptions.choice(text, of: what, among: known)
    }
}
