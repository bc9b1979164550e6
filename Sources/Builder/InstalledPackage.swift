// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage

/// A package whose files a tree holds, as the database of its package manager says.
struct InstalledPackage: Codable, Equatable, Sendable {
    enum Manager: String, Codable, Sendable { case dpkg, rpm }

    var manager: Manager
    var name: String
    var version: String
    var architecture: String
    /// The source package, where it is not called like this one.
    var source: String?

    /// All packages of a tree, sorted; none where it has no database.
    ///
    /// dpkg's database is text. rpm's is read by the tree's own rpm, since its format is known to no other.
    static func all(in tree: TreeRoot, at folder: FilePath, limits: Command.Limits) throws
        -> [InstalledPackage]
    {
        var packages: [InstalledPackage] = []
        if let status = try tree.contents("/var/lib/dpkg/status") {
            packages += debian(String(decoding: status, as: UTF8.self))
        }
        if let database = try databasesOfRPM.first(where: { try tree.entry($0) != nil }) {
            let place = FilePath(database).removingLastComponent().string
            var query = Command(
                "/usr/bin/rpm",
                ["--dbpath", place, "--query", "--all", "--queryformat", queryFormat],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/root"])
            query.root = folder
            packages += rpm(try query.checkedOutput(limits: limits))
        }
        return packages.sorted { ($0.name, $0.architecture) < ($1.name, $1.architecture) }
    }

    /// Its three kinds, each in the places of old and new distributions.
    private static let databasesOfRPM = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"].flatMap {
        folder in
        ["rpmdb.sqlite", "Packages.db", "Packages"].map { "\(folder)/\($0)" }
    }

    /// The last words of a status whose packages have their files in the tree, dpkg(1); some are yet to be configured.
    private static let states: Set<Substring> = [
        "installed", "triggers-pending", "triggers-awaited", "half-configured", "unpacked",
    ]

    /// Reads /var/lib/dpkg/status: paragraphs of fields; lines that begin with a space go on with the field before.
    static func debian(_ status: String) -> [InstalledPackage] {
        status.split(separator: "\n\n").compactMap { paragraph in
            var fields: [Substring: String] = [:]
            for line in paragraph.split(separator: "\n") where !line.hasPrefix(" ") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[parts[0]] = String(parts[1].drop { $0 == " " }) }
            }
            guard let state = fields["Status"]?.split(separator: " ").last, states.contains(state),
                let name = fields["Package"], let version = fields["Version"]
            else { return nil }
            return InstalledPackage(
                manager: .dpkg, name: name, version: version,
                architecture: fields["Architecture"] ?? "all",
                source: fields["Source"]?.split(separator: " ").first.map(String.init))
        }
    }

    private static let queryFormat = "%{NAME}\\t%{EVR}\\t%{ARCH}\\t%{SOURCERPM}\\n"

    /// Reads what rpm prints; its keys are packages too, but hold nothing.
    static func rpm(_ output: String) -> [InstalledPackage] {
        output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count == 4, fields[0] != "gpg-pubkey" else { return nil }
            // NAME-VERSION-RELEASE.src.rpm
            let source = fields[3].split(separator: "-").dropLast(2).joined(separator: "-")
            return InstalledPackage(
                manager: .rpm, name: fields[0], version: fields[1], architecture: fields[2],
                source: source.isEmpty || source == fields[0] ? nil : source)
        }
    }

    /// The package's address in canonical form, github.com/package-url/purl-spec; `distribution` is the ID of os-release.
    ///
    /// The epoch is a part of a deb's version, but a qualifier of an rpm.
    func address(distribution: String) -> String {
        var version = version
        var qualifiers = "?arch=\(Self.escaped(architecture))"
        if manager == .rpm, let colon = version.firstIndex(of: ":") {
            qualifiers += "&epoch=\(Self.escaped(String(version[..<colon])))"
            version.removeSubrange(...colon)
        }
        let type = manager == .dpkg ? "deb" : "rpm"
        return "pkg:\(type)/\(Self.escaped(distribution))/\(Self.escaped(name))"
            + "@\(Self.escaped(version))\(qualifiers)"
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain =
                character.isASCII
                && (character.isLetter || character.isNumber || ".-_~:".contains(character))
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(character) : "%\(byte < 16 ? "0" : "")\(digits)"
        }.joined()
    }
}
