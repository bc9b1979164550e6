// SPDX-License-Identifier: Apache-2.0

/// An element's pkg-map file: what its logical names of packages are in each distribution.
///
/// JSON with the sections default, family, distro and release; of each name the most specific section counts. An empty
/// name means that there is nothing to install; one entry may hold several names.
package struct PackageMap: Equatable, Sendable {
    private typealias Names = [String: String]

    private let general: Names
    private let families: [String: Names]
    private let distributions: [String: Names]
    /// By distribution and release.
    private let releases: [String: [String: Names]]

    /// Reads `text`, which stands in the file `path` of `element`.
    ///
    /// - Throws: `BuildError` with status 2 that names element, file and line.
    package init(_ text: String, path: String, element: String) throws {
        let source = YAMLSource(
            kind: "package map of element '\(element)'", name: path, text: text)
        var sections: [String: YAMLNode] = [:]
        for entry in try Self.entries(source.document(), in: source) {
            sections[entry.key] = entry.value
        }
        general = try Self.names(sections["default"], in: source)
        families = try Self.maps(sections["family"], in: source)
        distributions = try Self.maps(sections["distro"], in: source)
        var releases: [String: [String: Names]] = [:]
        for entry in try Self.entries(sections["release"], in: source) {
            releases[entry.key] = try Self.maps(entry.value, in: source)
        }
        self.releases = releases
    }

    /// The names that package managers know, for logical ones; those that are not mapped stay as they are.
    package func names(
        for logicalNames: [String], distribution: String, release: String?
    ) -> [String] {
        let map = merged(distribution, release)
        return logicalNames.flatMap { name in
            (map[name] ?? name).split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    private func merged(_ distribution: String, _ release: String?) -> Names {
        var map = general
        if let family = DistributionFamily.name(of: distribution), let names = families[family] {
            map.merge(names) { $1 }
        }
        map.merge(distributions[distribution] ?? [:]) { $1 }
        // The one release that goes by two names.
        let release = release == "8-stream" ? "8" : release
        if let release { map.merge(releases[distribution]?[release] ?? [:]) { $1 } }
        return map
    }

    // MARK: Reading

    private static func maps(
        _ node: YAMLNode?, in source: YAMLSource
    ) throws -> [String: Names] {
        var maps: [String: Names] = [:]
        for entry in try entries(node, in: source) {
            maps[entry.key] = try names(entry.value, in: source)
        }
        return maps
    }

    private static func names(_ node: YAMLNode?, in source: YAMLSource) throws -> Names {
        var names: Names = [:]
        for entry in try entries(node, in: source) {
            guard let text = entry.value.text else {
                throw source.refusal(
                    entry.line, "'\(entry.key)' is mapped to \(entry.value.valueType.rawValue)",
                    hint: "A name is mapped to a text; several names in it have spaces in between.")
            }
            names[entry.key] = entry.value.valueType == .nothing ? "" : text
        }
        return names
    }

    private static func entries(
        _ node: YAMLNode?, in source: YAMLSource
    ) throws -> [YAMLNode.Entry] {
        guard let node, node.valueType != .nothing else { return [] }
        guard let map = node.map else {
            throw source.refusal(
                node.line, "\(node.valueType.rawValue) where a map belongs",
                hint: "A pkg-map has the sections default, family, distro and release.")
        }
        return map
    }
}
