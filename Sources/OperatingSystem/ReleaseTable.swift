// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The releases of one distribution that its element builds, as they were known on a day: which one is meant when none
/// is named, and until when each gets updates.
public struct ReleaseTable: Sendable {
    /// One release, and what it may be called.
    public struct Release: Sendable, Equatable {
        /// The name by which the parameter `release` asks for it, such as "41" or "noble".
        public let name: String
        /// Other names for it, such as "24.04".
        public let aliases: [String]
        /// The last day with updates, as "2028-05-31"; nil for one that moves on for ever.
        public let endOfLife: String?

        /// A release, its names and the last day with updates.
        public init(_ name: String, aliases: [String] = [], endOfLife: String?) {
            self.name = name
            self.aliases = aliases
            self.endOfLife = endOfLife
        }
    }

    /// What users call the distribution, such as "Fedora".
    public let distribution: String
    /// The day on which the table was true, as "2026-11-29".
    public let dated: String
    /// All of them, the oldest first.
    public let releases: [Release]

    /// The table of a distribution as it was on the day `dated`.
    public init(distribution: String, dated: String, releases: [Release]) {
        self.distribution = distribution
        self.dated = dated
        self.releases = releases
    }

    /// The release that `name` means.
    ///
    /// - Throws: `ElementError` for a name that the table does not have; the hint lists those that it has.
    public func release(_ name: String, parameter: String) throws -> Release {
        if let found = releases.first(where: { $0.name == name || $0.aliases.contains(name) }) {
            return found
        }
        let known = releases.map(\.name).joined(separator: ", ")
        throw ElementError(
            "\(distribution) has no release '\(name)'",
            hint: "Set \(parameter) to one of: \(known) (as of \(dated)).")
    }

    /// What to tell of a release that gets no more updates on the day `today`; nil while it does.
    public func warning(for release: Release, today: String) -> String? {
        guard let end = release.endOfLife, end < today else { return nil }
        return
            "\(distribution) \(release.name) gets no updates since \(end): what is found in it since then stays open"
    }
}
