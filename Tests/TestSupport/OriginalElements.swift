// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import SystemPackage

/// The elements of the original's release that Scripts/original-elements fetches, and what builds from them need.
///
/// A test that builds with an operating system of theirs bootstraps it, so its folder's name begins with "bootstrap-".
package enum OriginalElements {
    private static let folder = BuiltProducts.repository.appending(".build/original-elements")

    /// Its elements.
    package static let elements = folder.appending("elements")
    /// The elements that its own tests use.
    package static let testElements = folder.appending("test-elements")

    /// The variables for a build of Debian 12 from these elements alone, with the mirrors of the build host's own apt.
    package static func environment() throws -> [String: String] {
        let mirrors = try mirrors()
        guard let main = mirrors["bookworm"], let security = mirrors["bookworm-security"] else {
            throw BuildError(
                .buildFailed, "the build host's apt names no mirror of bookworm and its security",
                detail: mirrors.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
        }
        return [
            "ELEMENTS_PATH": elements.string, "DIB_RELEASE": "bookworm",
            "DIB_PYTHON_VERSION": "3", "DIB_IMAGE_CACHE": SharedImage.cache.string,
            "DIB_DISTRIBUTION_MIRROR": main, "DIB_DEBIAN_SECURITY_MIRROR": security,
        ]
    }

    /// The URLs of archives by the suite that apt takes from them.
    private static func mirrors() throws -> [String: String] {
        var mirrors: [String: String] = [:]
        let list = try Command("apt-get", ["--print-uris", "update"]).checkedOutput()
        for line in list.split(separator: "\n") {
            guard let match = line.prefixMatch(of: /'(.+)\/dists\/([^\/]+)\/InRelease'/) else {
                continue
            }
            let suite = String(match.2)
            if mirrors[suite] == nil { mirrors[suite] = String(match.1) }
        }
        return mirrors
    }
}
