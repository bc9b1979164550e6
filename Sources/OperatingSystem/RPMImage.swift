// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// A tree that begins as the distribution's cloud image; packages that it lacks are added to it.
struct RPMImage {
    private let settings: RPMSettings
    private let target: RootContext

    init(_ settings: RPMSettings, _ target: RootContext) {
        self.settings = settings
        self.target = target
    }

    /// Fills the empty tree.
    ///
    /// - Throws: `ElementError` for an image that cannot be had or believed, and for one of another distribution or release.
    func unpack() throws {
        let image = try CloudImage(
            facts: settings.distribution.image, release: settings.release.name, target: target)
        try image.unpack()
        let path = "/etc/os-release"
        let text = try target.exists(path) ? try target.readFile(path) : ""
        let version = Self.value(of: "VERSION_ID", in: text) ?? "unknown"
        let wanted = settings.release.name
        // A release such as 9 has the images 9.4, 9.5 and so on; a moving one has no number.
        let isOne =
            settings.release.endOfLife == nil || version == wanted
            || version.hasPrefix(wanted + ".") || settings.release.aliases.contains(version)
        guard isOne else {
            throw ElementError(
                "the image '\(image.name)' is of the release '\(version)', not '\(wanted)'",
                hint:
                    "Set \(settings.distribution.element).release to the image's, or take another image."
            )
        }
    }

    /// Those of `packages` that the tree does not have, by what its packages provide.
    func missing(_ packages: [String]) throws -> [String] {
        guard !packages.isEmpty else { return [] }
        let found = try target.output(
            of: "/bin/sh",
            ["-ec", Self.queryScript, "sh", try target.treePath, settings.facts.database] + packages
        )
        let missing = found.split(separator: "\n").map(String.init)
        guard missing.isEmpty || !settings.facts.hasBerkeleyDatabase else {
            throw ElementError(
                "the image lacks packages that elements ask for, and its list of packages has a format that only its own rpm can write: \(missing.joined(separator: " "))",
                hint: "Leave out \(settings.distribution.element).from=image, or the elements.")
        }
        return missing
    }

    /// The value of a line of os-release(5), without quotes.
    static func value(of key: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(key + "=") }
            .map { $0.dropFirst(key.count + 1).filter { $0 != "\"" && $0 != "'" } }
    }

    /// Takes the tree, the place of its database, and names of packages or of what they provide.
    private static let queryScript = """
        tree=$1 database=$2
        shift 2
        for name; do
            rpm --root "$tree" --dbpath "$database" --query --whatprovides "$name" >/dev/null 2>&1 || echo "$name"
        done
        """
}
