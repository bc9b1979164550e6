// SPDX-License-Identifier: Apache-2.0

/// User names and passwords in URLs, which no plan and no image shows.
package enum URLCredentials {
    /// `text` with what stands between "://" and "@" of each URL hidden.
    package static func hidden(in text: String) -> String {
        let parts = text.split(separator: "://", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return text }
        let rest = parts.dropFirst().map { part in
            let authority = part.prefix { !"/?#,\"'".contains($0) && !$0.isWhitespace }
            guard let end = authority.lastIndex(of: "@") else { return String(part) }
            return BuildPlan.hiddenValue + part[end...]
        }
        return ([String(parts[0])] + rest).joined(separator: "://")
    }
}
