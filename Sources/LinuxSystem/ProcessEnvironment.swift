// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The environment variables of this process.
package enum ProcessEnvironment {
    /// All variables.
    ///
    /// Read once, at the first call: later changes by setenv are not seen.
    package static let current = now()

    /// All variables as they are at this moment.
    package static func now() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    package static subscript(_ name: String) -> String? { current[name] }
}
