// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The releases of a distribution that its element builds: the first of its table and everything after it.
struct DebianRelease {
    /// A release as distro-info-data has it.
    struct Known {
        let name: String
        let isSupported: Bool
    }

    private let family: DebianFamily
    private let target: RootContext

    init(_ family: DebianFamily, on target: RootContext) {
        self.family = family
        self.target = target
    }

    /// The code name of a release that users ask for by one of its names; one without updates is warned of.
    func checked(_ asked: String) throws -> String {
        let name = family.codeName(asked)
        guard !family.aliases.contains(name) else { return name }
        if family.distroInfo == nil {
            _ = try family.releases.release(name, parameter: family.parameter("release"))
        } else {
            try check(name, known: try known())
        }
        let today = try target.output(of: "date", ["--utc", "+%F"]).filter { !$0.isWhitespace }
        if let release = family.releases.releases.first(where: { $0.name == name }),
            let warning = family.releases.warning(for: release, today: today)
        {
            target.log(warning, level: .warning)
        }
        return name
    }

    /// The names that the build host's distro-info-data knows, oldest first; empty when it is not installed.
    private func known() throws -> [Known] {
        let file = "/usr/share/distro-info/\(family.distroInfo ?? "")"
        let (end, text) = try target.result(
            of: "/bin/sh", ["-c", "cat \"$1\" 2>/dev/null", "sh", file])
        return end.isSuccess
            ? Self.parse(text, first: family.releases.releases.first?.name ?? "") : []
    }

    /// The names in the lines of a file of distro-info-data: version, code name, series, dates.
    ///
    /// - Parameters:
    ///   - text: The text of the file.
    ///   - first: The oldest release that is supported.
    /// - Returns: The releases in the order of the lines.
    static func parse(_ text: String, first: String) -> [Known] {
        let lines = text.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }.filter { $0.count > 2 && $0[2] != "experimental" }
        func number(_ fields: [Substring]) -> Int? {
            fields[0].split(separator: ".").first.flatMap { Int($0) }
        }
        let least = lines.first { $0[2] == first }.flatMap(number) ?? 0
        return lines.map { fields in
            Known(
                name: String(fields[2]), isSupported: number(fields).map { $0 >= least } ?? true)
        }
    }

    /// A look at the list of known names; an empty list knows all.
    private func check(_ name: String, known: [Known]) throws {
        guard !known.isEmpty else { return }
        let names = (known.filter(\.isSupported).map(\.name) + family.aliases)
        let hint =
            "Set \(family.parameter("release")) to one of: \(names.joined(separator: ", "))."
        guard let found = known.first(where: { $0.name == name }) else {
            throw ElementError("\(family.distribution) has no release '\(name)'", hint: hint)
        }
        guard found.isSupported else {
            let first = family.releases.releases.first?.name ?? ""
            throw ElementError("the release '\(name)' is older than '\(first)'", hint: hint)
        }
    }
}
