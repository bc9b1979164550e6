// SPDX-License-Identifier: Apache-2.0

/// A package of a native element's manifest that is not installed together with the base system.
///
/// That is one with a phase, and every one where scripts make the operating system.
package struct LaterPackage: Equatable, Sendable {
    package var name: String
    /// The folder of the phase, such as "install.d".
    package var phase: String
    /// The families whose list of the manifest it stands in, "default" among them; sorted.
    package var families: [String]
}

extension BuildPlan {
    /// The later packages of `element` that this build wants, each once, by family and place in the manifest.
    package func laterPackages(of element: ElementDescription) -> [LaterPackage] {
        guard let manifest = element.manifest else { return [] }
        let hasShellSystem = elements.map(\.description).hasShellSystem
        let values = PackagePlanner.values(of: manifest, in: parameters)
            .merging(PackagePlanner.values(of: layout)) { $1 }
        var found: [LaterPackage] = []
        for (family, packages) in manifest.packages.sorted(by: { $0.key < $1.key }) {
            for package in packages
            where package.isFor(request.architecture) && package.isWanted(with: values)
                && (package.phase != nil || hasShellSystem)
            {
                let name = PackagePlanner.name(
                    of: package.name, architecture: request.architecture)
                let phase = (package.phase ?? .install).rawValue + ".d"
                if let index = found.firstIndex(where: { $0.name == name && $0.phase == phase }) {
                    found[index].families.append(family)
                } else {
                    found.append(LaterPackage(name: name, phase: phase, families: [family]))
                }
            }
        }
        return found
    }

    /// Those of them that a distribution has.
    package func laterPackages(
        of element: ElementDescription, distribution: String
    ) -> [LaterPackage] {
        let families = Set(element.manifest?.packages.keys.map(\.self) ?? [])
        let family = DistributionFamily.name(of: distribution) ?? "debian"
        let section = families.contains(family) ? family : "default"
        return laterPackages(of: element).filter { $0.families.contains(section) }
    }
}

extension [LaterPackage] {
    /// The packages as a package-installs file, which asks for each in each distribution.
    package var packageList: String {
        // A name with several phases has a list of entries.
        Dictionary(grouping: self, by: \.name).sorted { $0.key < $1.key }.map { name, packages in
            "\"\(name)\":\n" + packages.map { "  - phase: \($0.phase)\n" }.joined()
        }.joined()
    }

    /// The pkg-map beside it, which drops those that a distribution does not have.
    package var packageMap: String {
        let families = Set(flatMap(\.families)).subtracting(["default"]).sorted()
        let sections = families.map { "    \"\($0)\": \(names(of: $0))" }
        return """
            {
              "family": {
            \(sections.joined(separator: ",\n"))
              },
              "default": \(names(of: "default"))
            }

            """
    }

    private func names(of family: String) -> String {
        let names = Dictionary(grouping: self, by: \.name).sorted { $0.key < $1.key }
        let pairs = names.map { name, packages in
            let isThere = packages.contains { $0.families.contains(family) }
            return "\"\(name)\": \"\(isThere ? name : "")\""
        }
        return "{\(pairs.joined(separator: ", "))}"
    }
}
