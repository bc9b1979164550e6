// SPDX-License-Identifier: Apache-2.0

/// The element's parameters.
///
/// The host has checked names, types and choices against manifest.json.
public struct Parameters {
    let services: HostServices

    /// The text of a parameter, or nil when it has neither value nor default.
    public subscript(_ name: String) -> String? {
        guard let parameter = services.parameter, let text = parameter(services.state, name) else {
            return nil
        }
        return String(cString: text)
    }

    /// The text of a parameter; one without value or default is an error.
    public func text(_ name: String) throws -> String {
        guard let text = self[name] else {
            throw ElementError("parameter '\(name)' is not set", hint: "Set it with --set.")
        }
        return text
    }

    /// Whether a parameter of the type boolean is "true"; false when it is not set.
    public func flag(_ name: String) -> Bool { self[name] == "true" }

    /// The number of a parameter of the type integer; nil when it is not set.
    public func integer(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text) else {
            throw ElementError("parameter '\(name)' is '\(text)', not a whole number")
        }
        return number
    }

    /// The values of a parameter of the type list; empty when it is not set.
    public func list(_ name: String) -> [String] {
        (self[name] ?? "").split(separator: ",").map { trimmed(String($0)) }.filter { !$0.isEmpty }
    }
}

/// The text without white space at its ends.
func trimmed(_ text: String) -> String {
    let end = text.lastIndex { !$0.isWhitespace }
    guard let start = text.firstIndex(where: { !$0.isWhitespace }), let end else { return "" }
    return String(text[start...end])
}
