// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Where the image gets its packages from once it runs.
///
/// The parameter `image-mirror` decides; without it, what the release's own package apt names as its example:
/// /usr/share/doc/apt/examples/debian.sources, or sources.list before trixie; then the family's own mirrors. The
/// build's mirror never stays.
struct DebianImageSources {
    private let parameters: Parameters
    private let family: DebianFamily

    init(_ parameters: Parameters, family: DebianFamily) {
        self.parameters = parameters
        self.family = family
    }

    /// Writes the distribution's file below /etc/apt/sources.list.d and removes what the build used.
    func write(to target: CleanupContext) throws {
        let release = family.codeName(try parameters.text("release"))
        let text = text(
            try examples(in: target), mirror: parameters["image-mirror"], release: release,
            components: parameters.list("components"))
        guard let text else {
            throw ElementError(
                "the image's apt names no mirror of its distribution",
                hint: "Set \(family.parameter("image-mirror")) to the URL of a mirror.")
        }
        for path in ["/etc/apt/sources.list", "/etc/apt/sources.list~"] {
            try target.remove(path)
        }
        for name in try target.list("/etc/apt/sources.list.d") where name.hasPrefix("0000") {
            try target.remove("/etc/apt/sources.list.d/\(name)")
        }
        try target.writeFile("/etc/apt/sources.list.d/\(family.sourcesFile)", text)
    }

    private func examples(in target: CleanupContext) throws -> [AptSource] {
        for name in [family.sourcesFile, "sources.list"] {
            let path = "/usr/share/doc/apt/examples/\(name)"
            guard try target.exists(path) else { continue }
            let entries = AptSource.parse(try target.readFile(path), fileName: name)
            if !entries.isEmpty { return entries }
        }
        guard
            let mirrors = family.mirrors(try target.requiredValue(of: .architecture))
        else { return [] }
        return [
            AptSource(uri: mirrors.archive, suite: "main", components: []),
            AptSource(uri: mirrors.security, suite: "main-security", components: []),
        ]
    }

    /// The stanzas for the release, nil when neither the examples nor the parameter name a mirror.
    private func text(
        _ examples: [AptSource], mirror: String?, release: String, components: [String]
    ) -> String? {
        let main = examples.first { !$0.suite.contains("-") }?.uri
        let security = examples.first { $0.suite.hasSuffix("-security") }?.uri
        let chosen = mirror.flatMap { $0.isEmpty ? nil : $0 } ?? main
        guard let chosen else { return nil }
        let hasUpdates = family.hasUpdates(release)
        var stanzas = [
            stanza(chosen, hasUpdates ? "\(release) \(release)-updates" : release, components)
        ]
        if hasUpdates, let security {
            stanzas.append(stanza(security, "\(release)-security", components))
        }
        return stanzas.joined(separator: "\n")
    }

    private func stanza(_ uri: String, _ suites: String, _ components: [String]) -> String {
        """
        Types: deb
        URIs: \(uri)
        Suites: \(suites)
        Components: \(components.joined(separator: " "))
        Signed-By: \(family.keyring)

        """
    }
}
