// SPDX-License-Identifier: Apache-2.0

/// Why a build, or a command, could not do what was asked.
///
/// `message` is lower case without a full stop and names the operation, the 'object' and the system's own text;
/// `hint` is one sentence that says what to do.
package struct BuildError: Error, Codable, Equatable, Sendable {
    /// What kind of failure this is; decides the exit status.
    package enum Code: String, Codable, Sendable {
        /// A step of the build failed: exit status 1.
        case buildFailed
        /// What was asked cannot be done; found before any side effect: exit status 2.
        case refused
        /// The machine lacks something; found before any side effect: exit status 3.
        case environment
        /// The user ended the build: exit status 130.
        case interrupted
    }

    /// The part of a build that an error belongs to.
    package struct Location: Codable, Equatable, Sendable {
        package var element: String?
        package var phase: String?
        package var hook: String?

        package init(element: String? = nil, phase: String? = nil, hook: String? = nil) {
            self.element = element
            self.phase = phase
            self.hook = hook
        }
    }

    package var code: Code
    package var message: String
    /// More lines for the reader, such as the last lines that a program printed.
    package var detail: String?
    package var hint: String?
    /// The text of the error below this one.
    package var cause: String?
    package var location: Location?
    /// The exit status of the hook whose failure this is, as a shell sees it: 128 and the number of a signal.
    ///
    /// nil for any other failure.
    package var hookStatus: Int32?

    package init(
        _ code: Code, _ message: String, detail: String? = nil, hint: String? = nil,
        cause: String? = nil, location: Location? = nil
    ) {
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
        self.cause = cause
        self.location = location
    }

    /// The exit status of the program that ends with this error (design section 8).
    package var exitStatus: Int32 {
        switch code {
        case .buildFailed: 1
        case .refused: 2
        case .environment: 3
        case .interrupted: 130
        }
    }
}

extension BuildError: CustomStringConvertible {
    /// The error as it is shown on a terminal, without a prefix: message, place, cause, detail, hint.
    package var description: String {
        var text = message
        if let place = location?.description { text += " (\(place))" }
        if let cause { text += ": \(cause)" }
        if let detail, !detail.isEmpty {
            text += detail.split(separator: "\n", omittingEmptySubsequences: false)
                .map { "\n    \($0)" }.joined()
        }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}

extension BuildError.Location: CustomStringConvertible {
    package var description: String {
        [
            element.map { "element '\($0)'" }, phase.map { "phase \($0)" },
            hook.map { "hook '\($0)'" },
        ]
        .compactMap(\.self).joined(separator: ", ")
    }
}
