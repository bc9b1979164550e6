// SPDX-License-Identifier: Apache-2.0

internal import Planning

/// What a manifest lacks although it can be read.
enum ManifestRules {
    /// The families of distributions that packages are named for.
    private static let families = ["debian", "redhat", "suse"]

    static func findings(in manifest: ElementManifest) -> [Finding] {
        about(manifest) + phases(manifest) + manifest.parameters.flatMap(documentation)
            + environment(manifest) + packages(manifest)
    }

    private static func about(_ manifest: ElementManifest) -> [Finding] {
        let fields = [
            ("summary", manifest.summary, "what it is"), ("vendor", manifest.vendor, "who made it"),
            ("license", manifest.license, "under which license it may be used"),
            ("version", manifest.version, "which version it is"),
        ]
        return fields.filter { isBlank($0.1 ?? "") }.map { key, _, meaning in
            Finding(
                .about, "does not say \(meaning)", object: place(key),
                hint: "Give '\(key)' in manifest.json.")
        }
    }

    private static func phases(_ manifest: ElementManifest) -> [Finding] {
        let doesSomething =
            !manifest.phases.isEmpty || !manifest.packages.isEmpty || !manifest.requires.isEmpty
            || !manifest.exports.isEmpty || !manifest.layouts.isEmpty
        guard !doesSomething else { return [] }
        return [
            Finding(
                .noPhases,
                "does nothing: it has no phases, no packages, no layouts and no requirements",
                object: place("phases"),
                hint: "Name a phase for each hook of the code in manifest.json.")
        ]
    }

    private static func place(_ names: String...) -> String {
        names.reduce(JSONPath.root) { $0.member($1) }.description
    }

    private static func documentation(of parameter: ElementManifest.Parameter) -> [Finding] {
        guard isBlank(parameter.doc) else { return [] }
        return [
            Finding(
                .parameterDoc, "does not explain the parameter '\(parameter.name)'",
                object: place("parameters", parameter.name, "doc"),
                hint: "Say in one sentence what it does, with its unit.")
        ]
    }

    private static func environment(_ manifest: ElementManifest) -> [Finding] {
        var owners: [String: String] = [:]
        return manifest.parameters.compactMap { parameter in
            guard let name = parameter.environment else { return nil }
            let object = place("parameters", parameter.name, "environment")
            if ReservedVariables.names.contains(name) {
                return Finding(
                    .parameterEnvironment,
                    "reads '\(parameter.name)' from \(name), a variable that dibhost sets itself",
                    object: object, hint: "Choose a name of the element's own.")
            }
            if let other = owners.updateValue(parameter.name, forKey: name) {
                return Finding(
                    .parameterEnvironment,
                    "reads both '\(other)' and '\(parameter.name)' from \(name)", object: object,
                    hint: "Give each parameter a variable of its own.")
            }
            return nil
        }
    }

    /// An element that works on any distribution names packages for all of them, if for one.
    private static func packages(_ manifest: ElementManifest) -> [Finding] {
        guard !manifest.packages.isEmpty, manifest.packages["default"] == nil,
            manifest.distributions.isEmpty, !manifest.provides.contains("operating-system")
        else { return [] }
        return families.filter { manifest.packages[$0] == nil }.map { family in
            Finding(
                .packages, "names packages for other distributions, but none for '\(family)'",
                object: place("packages", family),
                hint: "Add the family, or name under 'distributions' those that the element is for."
            )
        }
    }

    private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
}
