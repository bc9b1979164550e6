// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the text of a signature.
package struct SignatureFault: Error, Equatable, Sendable {
    /// The character, counted from 1, where it is wrong.
    package var position: Int
    /// A part of a sentence, such as "'strr' is no type".
    package var problem: String
    package var hint: String?

    package init(position: Int, _ problem: String, hint: String? = nil) {
        self.position = position
        self.problem = problem
        self.hint = hint
    }
}
