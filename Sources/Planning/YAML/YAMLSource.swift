// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// A YAML text and where it comes from.
package struct YAMLSource: Codable, Equatable, Sendable {
    /// What the text is, for messages: "configuration file".
    package var kind: String
    /// Its path, or the environment variable that holds it.
    package var name: String
    package var text: String
    /// What each line is called in messages, where the user does not see the text; nil: its number.
    package var places: [String]?

    package init(kind: String, name: String, text: String, places: [String]? = nil) {
        self.kind = kind
        self.name = name
        self.text = text
        self.places = places
    }

    /// The document; nil when there is nothing but comments.
    ///
    /// - Throws: `BuildError` with status 2 that names the line.
    package func document() throws -> YAMLNode? {
        var composer = YAMLComposer(self)
        return try composer.document()
    }

    /// The refusal of what stands in a line.
    package func refusal(_ line: Int, _ message: String, hint: String? = nil) -> BuildError {
        BuildError(.refused, "\(place(line)): \(message)", hint: hint)
    }

    /// Such as "configuration file 'a.yaml:3'".
    package func place(_ line: Int) -> String {
        guard let places, places.indices.contains(line - 1) else {
            return "\(kind) '\(name):\(line)'"
        }
        return "\(kind) '\(name):\(places[line - 1])'"
    }
}
