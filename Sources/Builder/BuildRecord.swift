// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
package import Planning

/// What every image says of its own making, in /etc/dibhost/build.json: no time, no host and no secret, so that the
/// same input gives the same bytes.
///
/// Nor does it tell what concerned the build alone, such as the mirror that it used.
package struct BuildRecord: Codable, Sendable {
    /// The file's path below the tree.
    static let path = "/etc/dibhost/build.json"

    var dibhost: String
    var elements: [Element]
    var parameters: [Parameter]

    struct Element: Codable, Sendable {
        var name: String
        var kind: String
        var version: String?
        var digest: String?
    }

    struct Parameter: Codable, Sendable {
        var element: String
        var name: String
        var value: String
        var origin: String
    }

    /// Records `plan`; `digests` holds the digest of each element's file or folder, by its name.
    package init(plan: BuildPlan, digests: [String: String]) {
        dibhost = plan.version
        elements = plan.elements.map { planned in
            Element(
                name: planned.description.name, kind: planned.description.kind.rawValue,
                version: planned.description.version,
                digest: digests[planned.description.name] ?? planned.description.digest)
        }
        let kept = plan.parameters.filter { !$0.isSecret && !$0.isBuildOnly }
        parameters = kept.compactMap { parameter in
            parameter.value.map {
                Parameter(
                    element: parameter.element, name: parameter.name,
                    value: URLCredentials.hidden(in: $0), origin: parameter.origin.rawValue)
            }
        }
    }

    /// The file's content: indented JSON with sorted keys and a line feed at its end.
    package func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
