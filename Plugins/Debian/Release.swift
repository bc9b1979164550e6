// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The releases of Debian that the element builds: bookworm and everything after it.
enum Release {
    /// The series of the first release that is supported, by its number.
    static let firstSupported = 12

    /// What mirrors call a release besides its name.
    static let aliases = ["stable", "testing", "unstable", "oldstable"]

    /// The names that the build host's distro-info-data knows, oldest first; empty when it is not installed.
    static func known(on target: RootContext) throws -> [(name: String, isSupported: Bool)] {
        let (end, text) = try target.result(
            of: "/bin/sh", ["-c", "cat /usr/share/distro-info/debian.csv 2>/dev/null"])
        return end.isSuccess ? parse(text) : []
    }

    /// The names in the lines of distro-info-data's debian.csv: version, code name, series, dates.
    static func parse(_ text: String) -> [(name: String, isSupported: Bool)] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 2, fields[2] != "experimental" else { return nil }
            let number = fields[0].split(separator: ".").first.flatMap { Int($0) }
            return (String(fields[2]), number.map { $0 >= firstSupported } ?? true)
        }
    }

    /// The name, after a look at the list of known ones; an empty list knows all.
    static func checked(
        _ name: String, known: [(name: String, isSupported: Bool)]
    ) throws -> String {
        guard !known.isEmpty, !aliases.contains(name) else { return name }
        let supported = known.filter(\.isSupported).map(\.name)
        let hint = "Set debian.release to one of: \((supported + aliases).joined(separator: ", "))."
        guard let found = known.first(where: { $0.name == name }) else {
            throw ElementError("Debian has no release '\(name)'", hint: hint)
        }
        guard found.isSupported else {
            throw ElementError("the release '\(name)' is older than 'bookworm'", hint: hint)
        }
        return name
    }

    /// Whether a release gets updates in suites of their own; the moving ones do not.
    static func hasUpdates(_ name: String) -> Bool {
        !["testing", "unstable", "sid"].contains(name)
    }
}
