// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import Planning
internal import SystemPackage

/// Files of shell elements that only mean something when a certain other element reads them.
///
/// Without that element the original passes over them in silence, and so the image lacks what they ask for.
package enum UnservedParts {
    private struct Part {
        var prefix: String
        /// The element that reads such files.
        var reader: String
        var consequence: String
    }

    private static let parts = [
        Part(
            prefix: "package-installs.", reader: "package-installs",
            consequence: "its packages are not installed; name them with -p"),
        Part(
            prefix: "svc-map", reader: "svc-map", consequence: "names of services are not mapped"),
        Part(
            prefix: "source-repository-", reader: "source-repositories",
            consequence: "its sources are not fetched"),
    ]

    /// A warning for each file in `elements` that no element of the build reads.
    package static func warnings(for elements: [ElementDescription]) throws -> [String] {
        let names = Set(elements.map(\.name))
        var warnings: [String] = []
        for element in elements where element.kind == .legacy {
            let entries = try FolderListing.entries(of: FilePath(element.path))
            for part in parts where !names.contains(part.reader) {
                for file in entries where file.kind == .file && file.name.hasPrefix(part.prefix) {
                    warnings.append(
                        "element '\(element.name)' has a '\(file.name)', and no element "
                            + "'\(part.reader)' reads it: \(part.consequence)")
                }
            }
        }
        return warnings
    }
}
