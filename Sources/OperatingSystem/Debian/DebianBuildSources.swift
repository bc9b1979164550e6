// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Where the packages of this build come from.
///
/// The parameter `mirror` decides; without it, what the build host's own apt is told of Debian: the entries for the
/// release, or, when the host runs another release, its entries with that release's name put in their place.
struct DebianBuildSources {
    /// In the order of apt's own files.
    let entries: [AptSource]

    init(
        _ parameters: Parameters, family: DebianFamily, release: String, target: RootContext
    ) throws {
        let components = parameters.list("components")
        let keyring = try parameters.text("keyring")
        let architecture = try target.requiredValue(of: .architecture)
        let host = Self.familyEntries(
            try Self.hostEntries(target), of: family, keyring: keyring, architecture: architecture)
        let mirrors = parameters.list("mirror")
        if let mirror = mirrors.first {
            entries = Self.entries(
                mirror: mirror, securityMirror: parameters["security-mirror"], release: release,
                of: family, components: components, host: host)
        } else {
            let own = Self.entries(for: release, of: family, components: components, host: host)
            let known = own.isEmpty ? family.mirrors(architecture) : nil
            entries =
                known.map {
                    Self.entries(
                        mirror: $0.archive, securityMirror: $0.security, release: release,
                        of: family, components: components, host: [])
                } ?? own
        }
        guard !entries.isEmpty else {
            throw ElementError(
                "the build host's apt names no mirror of \(family.distribution) '\(release)' with '\(components.joined(separator: ","))'",
                hint: "Set \(family.parameter("mirror")) to the URL of a mirror.")
        }
        if family.hasUpdates(release), !entries.contains(where: { $0.suite.hasSuffix("security") })
        {
            target.log(
                "no source of security updates for '\(release)': set \(family.parameter("security-mirror"))",
                level: .warning)
        }
    }

    /// All entries of the build host's apt.
    private static func hostEntries(_ target: RootContext) throws -> [AptSource] {
        let mark = "\u{1}"
        let script = """
            for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
                /etc/apt/sources.list.d/*.sources; do
                if [ -r "$file" ]; then printf '\\001%s\\n' "$file"; cat "$file"; echo; fi
            done
            """
        let text = try target.output(of: "/bin/sh", ["-c", script])
        return text.split(separator: Character(mark)).flatMap { file -> [AptSource] in
            let name = file.prefix { $0 != "\n" }
            return AptSource.parse(String(file.dropFirst(name.count)), fileName: String(name))
        }
    }

    /// The entries of the distribution itself: signed by its keyring and holding the component main.
    static func familyEntries(
        _ all: [AptSource], of family: DebianFamily, keyring: String, architecture: String
    ) -> [AptSource] {
        all.filter { entry in
            let isSigned =
                entry.signedBy.map { $0 == keyring || $0.contains(family.keyringMark) }
                ?? family.ownsUnmarkedEntries
            return isSigned && entry.components.contains("main")
                && (entry.architectures.isEmpty || entry.architectures.contains(architecture))
        }
    }

    /// The host's entries for the release; when it has none, those for the host's own release under the new name.
    static func entries(
        for release: String, of family: DebianFamily, components: [String], host: [AptSource]
    ) -> [AptSource] {
        let own = host.filter { base(of: $0.suite) == release && isWanted($0.suite) }
        let chosen =
            own.isEmpty ? renamed(host.filter { isWanted($0.suite) }, to: release, of: family) : own
        return unique(
            chosen.map { entry in
                var entry = entry
                entry.components = components
                return entry
            })
    }

    /// The entries for a mirror that the user named; security updates come from its own mirror, else the host's.
    static func entries(
        mirror: String, securityMirror: String?, release: String, of family: DebianFamily,
        components: [String], host: [AptSource]
    ) -> [AptSource] {
        var result = [AptSource(uri: mirror, suite: release, components: components)]
        guard family.hasUpdates(release) else { return result }
        result.append(AptSource(uri: mirror, suite: release + "-updates", components: components))
        let named = securityMirror.flatMap { $0.isEmpty ? nil : $0 }
        if let securityMirror = named ?? (family.mirrorsHoldSecurity ? mirror : nil) {
            result.append(
                AptSource(uri: securityMirror, suite: release + "-security", components: components)
            )
        } else {
            result += entries(for: release, of: family, components: components, host: host)
                .filter { $0.suite.hasSuffix("security") }
        }
        return result
    }

    private static func renamed(_ host: [AptSource], to release: String, of family: DebianFamily)
        -> [AptSource]
    {
        host.compactMap { entry in
            let suffix = entry.suite.dropFirst(base(of: entry.suite).count)
            guard suffix.isEmpty || family.hasUpdates(release) else { return nil }
            var entry = entry
            entry.suite = release + suffix
            return entry
        }
    }

    /// "bookworm" of "bookworm-updates" and "bookworm/updates".
    private static func base(of suite: String) -> String {
        String(suite.prefix { $0 != "-" && $0 != "/" })
    }

    /// Neither backports nor what waits for the next point release.
    private static func isWanted(_ suite: String) -> Bool {
        ["", "-updates", "-security"].contains(String(suite.dropFirst(base(of: suite).count)))
    }

    private static func unique(_ entries: [AptSource]) -> [AptSource] {
        entries.reduce(into: []) { result, entry in
            if !result.contains(where: { $0.uri == entry.uri && $0.suite == entry.suite }) {
                result.append(entry)
            }
        }
    }
}
