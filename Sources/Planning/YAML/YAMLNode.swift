// SPDX-License-Identifier: Apache-2.0

/// A value of a YAML document that knows its line.
package struct YAMLNode: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// A plain or quoted value; nothing at all is the empty text.
        case text(String)
        case list([YAMLNode])
        case map([Entry])
    }

    /// A key of a map with its value; keys keep the order of the document.
    package struct Entry: Equatable, Sendable {
        package var key: String
        /// Of the key, counted from 1.
        package var line: Int
        package var value: YAMLNode
    }

    package var content: Content
    /// Counted from 1.
    package var line: Int
    /// Whether a text is quoted, so that it cannot mean a number or the like.
    package var isQuoted: Bool

    package init(_ content: Content, line: Int, isQuoted: Bool = false) {
        self.content = content
        self.line = line
        self.isQuoted = isQuoted
    }

    package var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    package var list: [YAMLNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    package var map: [Entry]? {
        if case .map(let entries) = content { entries } else { nil }
    }
}
