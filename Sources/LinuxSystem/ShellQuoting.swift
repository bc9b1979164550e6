// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text as one word for a POSIX shell.
    package var shellQuoted: String {
        let parts = split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: #"'\''"#) + "'"
    }
}
