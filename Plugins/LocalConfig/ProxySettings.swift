// SPDX-License-Identifier: Apache-2.0

import ElementAPI

/// The proxies to use, and the hosts that are reached without one.
struct ProxySettings {
    let http: String?
    let https: String?
    /// Host names, domains, addresses.
    let exceptions: [String]

    /// Takes empty texts for none.
    ///
    /// A text that could break out of the files that it is written to is refused.
    init(http: String?, https: String?, exceptions: [String]) throws {
        self.http = try Self.checked(http, "http-proxy")
        self.https = try Self.checked(https, "https-proxy")
        self.exceptions = try exceptions.compactMap { try Self.checked($0, "no-proxy") }
    }

    /// Whether there is no proxy; exceptions alone mean nothing.
    var isEmpty: Bool { http == nil && https == nil }

    private static func checked(_ text: String?, _ parameter: String) throws -> String? {
        guard let text, !text.isEmpty else { return nil }
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.value > 32 && $0.value < 127 && !"\"'`\\$".unicodeScalars.contains($0)
        }
        // The value may hold a password, so it is not repeated here.
        guard isSafe else {
            throw ElementError(
                "parameter '\(parameter)' holds a character that no proxy setting has",
                hint: "Write it as a URL, such as http://proxy.example.org:3128.")
        }
        return text
    }

    /// The variables that programs read, in the spelling that all of them know.
    var variables: [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        if let http { variables.append(("http_proxy", http)) }
        if let https { variables.append(("https_proxy", https)) }
        if !exceptions.isEmpty {
            variables.append(("no_proxy", exceptions.joined(separator: ",")))
        }
        return variables
    }
}
