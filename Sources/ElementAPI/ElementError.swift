// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why an element could not do its work, as the user is told.
///
/// Any other error that a hook throws is shown by its description.
public struct ElementError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop, with the object in 'quotes'.
    public var message: String
    /// What the user can do about it, in one sentence.
    public var hint: String?
    /// The element's own number for the failure; 0 when it has none.
    public var code: Int32

    /// Makes an error out of the text that the user is shown.
    public init(_ message: String, hint: String? = nil, code: Int32 = 0) {
        self.message = message
        self.hint = hint
        self.code = code
    }

    /// The message, without the hint.
    public var description: String { message }
}

/// The system's own text for an errno value.
func systemText(_ error: Int32) -> String { String(cString: strerror(abs(error))) }
