// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The time that stands for "now" in whatever a build writes: SOURCE_DATE_EPOCH of reproducible-builds.org.
///
/// What the user sets wins. Otherwise it is the newest input: before the build that of the elements' and the
/// configuration's files, after phase root also the newest file that this phase brought from elsewhere. It never is the
/// time of the build itself, so two builds of the same input have the same.
package struct SourceDate: Codable, Equatable, Sendable {
    package enum Origin: Codable, Equatable, Sendable {
        /// The variable SOURCE_DATE_EPOCH.
        case environment
        /// A file on the build host, by its path.
        case input(String)
    }

    package static let variable = "SOURCE_DATE_EPOCH"

    /// Since 1970.
    package var seconds: Int64
    package var origin: Origin

    package init(seconds: Int64, origin: Origin) {
        self.seconds = seconds
        self.origin = origin
    }

    /// What the user set; nil when that is nothing.
    ///
    /// - Throws: `BuildError` with status 2 for a value that is no time.
    init?(environment: [String: String]) throws {
        guard let text = environment[Self.variable], !text.isEmpty else { return nil }
        // A year has four digits in more than one format.
        guard let seconds = Int64(text), (0..<253_402_300_800).contains(seconds) else {
            throw BuildError(
                .refused, "\(Self.variable) '\(text)' is no time",
                hint: "Give seconds since 1970 as a whole number, such as what 'date +%s' prints.")
        }
        self.init(seconds: seconds, origin: .environment)
    }

    /// Whether nothing that the build finds can change it.
    package var isFixed: Bool { origin == .environment }
}
