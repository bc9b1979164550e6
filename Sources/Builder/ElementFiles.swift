// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import SystemPackage

/// The files of shell elements that say something of packages and services.
struct ElementFiles {
    let build: RunningBuild

    /// The package-installs files of a shell element.
    static func packageLists(of element: ElementDescription) throws -> [PackageList] {
        try PackageList.fileNames.compactMap { name in
            try text(name, of: element).map {
                try PackageList($0.text, path: $0.path, element: element.name)
            }
        }
    }

    /// The pkg-map of a shell element.
    static func packageMap(of element: ElementDescription) throws -> PackageMap? {
        try text("pkg-map", of: element).map {
            try PackageMap($0.text, path: $0.path, element: element.name)
        }
    }

    /// Puts the pkg-map of each element into the tree, where pkg-map(1) looks for it.
    func copyPackageMaps() throws {
        let tree = try build.tree
        let folder = "/usr/share/pkg-map"
        try tree.makeFolder(folder)
        for element in build.plan.elements.map(\.description) {
            let own = build.plan.laterPackages(of: element)
            let map =
                element.kind == .native
                ? (own.isEmpty ? nil : own.packageMap) : try Self.text("pkg-map", of: element)?.text
            if let map { try tree.write(Array(map.utf8), to: "\(folder)/\(element.name)") }
        }
    }

    /// Writes what svc-map(1) reads: each service with its name in the distribution of `variables`.
    func mapServices(with variables: [String: String]) throws {
        var map = ServiceMap(distribution: variables["DISTRO_NAME"] ?? "")
        for element in build.plan.elements.map(\.description) {
            guard let (text, path) = try Self.text("svc-map", of: element) else { continue }
            try map.add(text, path: path, element: element.name)
        }
        let lines = map.services.map { "\($0.name) \($0.mapped)\n" }
        let tree = try build.tree
        try tree.makeFolder("/usr/share/svc-map")
        try tree.write(Array(lines.joined().utf8), to: "/usr/share/svc-map/services")
    }

    /// A file at the top of a shell element; nil when there is none.
    private static func text(
        _ name: String, of element: ElementDescription
    ) throws -> (text: String, path: String)? {
        guard element.kind == .legacy else { return nil }
        let path = FilePath(element.path).appending(name)
        do {
            let bytes = try FileDescriptor.contents(of: path)
            return (String(decoding: bytes, as: UTF8.self), path.string)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
    }
}
