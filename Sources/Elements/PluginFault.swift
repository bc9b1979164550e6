// SPDX-License-Identifier: Apache-2.0

/// Why a file holds no usable plugin.
package struct PluginFault: Error, Equatable, Sendable {
    /// The rest of a sentence that begins with the file's path.
    package var reason: String
    /// One sentence on what to do.
    package var hint: String?

    package init(_ reason: String, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }
}
