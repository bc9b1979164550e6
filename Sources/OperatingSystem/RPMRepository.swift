// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// One repository of packages in RPM's format: a folder with repodata/repomd.xml.
public struct RPMRepository: Sendable, Equatable {
    /// A short name, unique among the repositories of a build.
    public let name: String
    /// Its address: of a folder, http://, https:// or file:///.
    public let address: String

    /// A repository by name and address.
    public init(_ name: String, _ address: String) {
        self.name = name
        self.address = address
    }

    /// The repository that an item of the parameter `repositories` means: URL or NAME=URL.
    ///
    /// - Throws: `ElementError` for what is no address, before it gets into a file of settings.
    init(item: String, number: Int) throws {
        let equals = item.firstIndex(of: "=")
        let slash = item.firstIndex(of: "/") ?? item.endIndex
        if let equals, equals < slash {
            name = String(item[..<equals])
            address = String(item[item.index(after: equals)...])
        } else {
            name = "own-\(number)"
            address = item
        }
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || "-_.".utf8.contains($0)
            }
        guard isName else {
            throw ElementError(
                "parameter 'repositories': '\(name)' is no name of a repository",
                hint: "Use letters, digits, '-', '_' and '.'.")
        }
        try Self.check(address, parameter: "repositories")
    }

    /// Refuses what is no address of a folder.
    static func check(_ address: String, parameter: String) throws {
        let schemes = ["http://", "https://", "file:///"]
        let isPlain = address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f }
        guard schemes.contains(where: address.hasPrefix), isPlain else {
            throw ElementError(
                "parameter '\(parameter)': '\(shown(address))' is no address",
                hint: "Begin it with http://, https:// or file:///.")
        }
    }

    /// The repository with every placeholder replaced, and without a slash at the end.
    func resolved(mirror: String, release: String, architecture: String) -> RPMRepository {
        var text =
            address.replacing("{mirror}", with: Self.withoutSlash(mirror))
            .replacing("{ports}", with: architecture == "x86_64" ? "" : "ports/\(architecture)/")
            .replacing("$releasever", with: release).replacing("$basearch", with: architecture)
        text = Self.withoutSlash(text)
        return RPMRepository(name, text)
    }

    /// The address of its index.
    var index: String { address + "/repodata/repomd.xml" }

    /// The section of a .repo file, as dnf reads it: a package needs a signature by a key that rpm's database has.
    func sectionForDNF(acceptsUnsigned: Bool) -> String {
        """
        [\(section)]
        name=\(name)
        baseurl=\(address)
        enabled=1
        gpgcheck=\(acceptsUnsigned ? 0 : 1)
        repo_gpgcheck=0
        skip_if_unavailable=0

        """
    }

    /// The section of a .repo file, as zypper reads it: index and packages need a signature each.
    ///
    /// Without pkg_gpgcheck zypper is content with packages without signature below a signed index.
    func sectionForZypper(acceptsUnsigned: Bool) -> String {
        let check = acceptsUnsigned ? 0 : 1
        return """
            [\(section)-\(addressDigest)]
            name=\(name)
            baseurl=\(address)
            enabled=1
            autorefresh=1
            keeppackages=1
            gpgcheck=\(check)
            repo_gpgcheck=\(check)
            pkg_gpgcheck=\(check)

            """
    }

    /// "main" would be the settings of the program itself, so each name gets a prefix.
    private var section: String { "dibhost-" + name }

    /// zypper keeps indexes by this name alone, so that it must change with the address (FNV-1a).
    private var addressDigest: String {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in address.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(digest, radix: 16)
    }

    private static func withoutSlash(_ text: String) -> String {
        var text = text
        while text.hasSuffix("/"), !text.hasSuffix(":///") { text.removeLast() }
        return text
    }

    /// An address without user name and password, for messages.
    static func shown(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let rest = address[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return address }
        return address[..<scheme.upperBound] + "***" + rest[at...]
    }
}
