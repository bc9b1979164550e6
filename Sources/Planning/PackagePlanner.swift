// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// The packages that are installed together with the base system.
enum PackagePlanner {
    private static let families = [
        "debian": "debian", "ubuntu": "debian",
        "fedora": "redhat", "rhel": "redhat", "centos": "redhat", "rocky": "redhat",
        "almalinux": "redhat", "openeuler": "redhat",
        "opensuse": "suse", "gentoo": "gentoo",
    ]

    /// Each package once: those of the manifests in the order of elements, then those of -p.
    static func baseTransaction(
        of resolved: ResolvedElements, request: BuildRequest, distribution: String?
    ) -> [String] {
        let family = distribution.flatMap { families[$0] } ?? "debian"
        let ofElements = resolved.elements.flatMap { element in
            let packages = element.description.manifest?.packages ?? [:]
            return (packages[family] ?? packages["default"] ?? [])
                .filter { $0.phase == nil && $0.isFor(request.architecture) }
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

    private static func name(of package: String, architecture: String) -> String {
        let parts = package.split(separator: "{architecture}", omittingEmptySubsequences: false)
        return parts.joined(separator: architecture)
    }
}

extension ElementManifest.Package {
    func isFor(_ architecture: String) -> Bool {
        architectures.isEmpty || architectures.contains(architecture)
    }
}
