// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// The packages that are installed together with the base system.
enum PackagePlanner {
    /// Each package once: those of the manifests in the order of elements, then those of -p.
    static func baseTransaction(
        of resolved: ResolvedElements, request: BuildRequest, distribution: String?,
        parameters: [BuildPlan.PlannedParameter], layout: DiskLayout
    ) -> [String] {
        let ofLayout = values(of: layout)
        let family = distribution.flatMap(DistributionFamily.name) ?? "debian"
        let ofElements = resolved.elements.flatMap { element -> [String] in
            guard let manifest = element.description.manifest else { return [] }
            let values = values(of: manifest, in: parameters).merging(ofLayout) { $1 }
            return (manifest.packages[family] ?? manifest.packages["default"] ?? [])
                .filter { $0.phase == nil && $0.isFor(request.architecture) }
                .filter { $0.isWanted(with: values) }
                .map(\.name)
        }
        let names = (ofElements + request.packages)
            .map { name(of: $0, architecture: request.architecture) }
        return Array(OrderedSet(names))
    }

    /// DISTRO_NAME as far as it is known before anything runs: shell elements export it only when they are sourced.
    static func distribution(of resolved: ResolvedElements, request: BuildRequest) -> String? {
        let exported = resolved.elements.lazy
            .compactMap { $0.description.manifest?.exports["DISTRO_NAME"] }.first
        let named = resolved.provider(of: "operating-system")?.name.prefix { $0 != "-" }
        return exported ?? request.environment["DISTRO_NAME"] ?? named.map(String.init)
    }

    /// What each parameter of an element is set to; a list has several values.
    static func values(
        of manifest: ElementManifest, in parameters: [BuildPlan.PlannedParameter]
    ) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for parameter in manifest.parameters {
            let planned = parameters.first {
                $0.element == manifest.name && $0.name == parameter.name
            }
            guard let text = planned?.value else { continue }
            let isList = parameter.type == .list
            values[parameter.name] = isList ? text.split(separator: ",").map(String.init) : [text]
        }
        return values
    }

    /// The values that conditions can name; each of the file systems is one.
    static func values(of layout: DiskLayout) -> [String: [String]] {
        let named = layout.values.filter { $0.key.conditionChoices != nil }
        return Dictionary(
            uniqueKeysWithValues: named.map { name, text in
                (name.rawValue, text.split(separator: ",").map(String.init))
            })
    }

    static func name(of package: String, architecture: String) -> String {
        let parts = package.split(separator: "{architecture}", omittingEmptySubsequences: false)
        return parts.joined(separator: architecture)
    }
}

extension ElementManifest.Package {
    func isFor(_ architecture: String) -> Bool {
        architectures.isEmpty || architectures.contains(architecture)
    }

    /// Whether each parameter and value of the condition has one of the values that it names.
    func isWanted(with values: [String: [String]]) -> Bool {
        when.allSatisfy { name, wanted in values[name]?.contains(where: wanted.contains) ?? false }
    }
}
