// SPDX-License-Identifier: Apache-2.0

/// The spellings of true and false in settings.
package enum Truth {
    /// nil when `text` is neither.
    package static func value(of text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }
}
