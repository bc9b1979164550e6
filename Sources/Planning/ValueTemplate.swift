// SPDX-License-Identifier: Apache-2.0

/// A text with "{parameter}" references, as exports of a manifest have them.
package enum ValueTemplate {
    /// The names between braces, in order.
    package static func references(in text: String) -> [String] {
        parts(of: text).compactMap { $0.isReference ? $0.text : nil }
    }

    /// `text` with each reference replaced; nil when `value` has none for one of them.
    package static func filled(_ text: String, value: (String) -> String?) -> String? {
        var result = ""
        for part in parts(of: text) {
            guard let piece = part.isReference ? value(part.text) : part.text else { return nil }
            result += piece
        }
        return result
    }

    private static func parts(of text: String) -> [(text: String, isReference: Bool)] {
        var parts: [(text: String, isReference: Bool)] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            parts.append((String(rest[..<open]), false))
            parts.append((String(rest[rest.index(after: open)..<close]), true))
            rest = rest[rest.index(after: close)...]
        }
        return parts + [(String(rest), false)]
    }
}
