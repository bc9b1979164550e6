// SPDX-License-Identifier: Apache-2.0

/// What the svc-map files of all elements call services in one distribution.
package struct ServiceMap: Equatable, Sendable {
    /// Each service with its name in the distribution, in the order of elements and lines.
    package private(set) var services: [(name: String, mapped: String)] = []
    private var owners: [String: String] = [:]
    private let distribution: String

    package init(distribution: String) { self.distribution = distribution }

    package static func == (left: Self, right: Self) -> Bool {
        left.distribution == right.distribution
            && left.services.map { "\($0.name) \($0.mapped)" }
                == right.services.map { "\($0.name) \($0.mapped)" }
    }

    /// Adds the file `path` of `element`: a map from services to their names by distribution, family or default.
    ///
    /// - Throws: `BuildError` that names the file, or both elements that know one service.
    package mutating func add(_ text: String, path: String, element: String) throws {
        let source = YAMLSource(
            kind: "service map of element '\(element)'", name: path, text: text)
        for entry in try Self.map(source.document(), in: source) {
            if let other = owners.updateValue(element, forKey: entry.key) {
                throw source.refusal(
                    entry.line,
                    "service '\(entry.key)' is mapped already, by element '\(other)'",
                    hint: "Leave one of the two entries out.")
            }
            let names = try Self.map(entry.value, in: source)
            services.append((entry.key, try choose(names, in: source) ?? entry.key))
        }
    }

    private func choose(_ names: [YAMLNode.Entry], in source: YAMLSource) throws -> String? {
        let keys = [distribution, DistributionFamily.name(of: distribution), "default"]
        let found = keys.compactMap { key in names.first { $0.key == key } }.first
        guard let found else { return nil }
        guard let text = found.value.text, !text.isEmpty else {
            throw source.refusal(
                found.line, "'\(found.key)' has no name of a service",
                hint: "Write the name that the service has there.")
        }
        return text
    }

    private static func map(_ node: YAMLNode?, in source: YAMLSource) throws -> [YAMLNode.Entry] {
        guard let node, let map = node.map else {
            throw source.refusal(
                node?.line ?? 1, "no map where one of services belongs",
                hint:
                    "Write 'SERVICE:' and below it 'default: NAME', or a distribution with its name."
            )
        }
        return map
    }
}
