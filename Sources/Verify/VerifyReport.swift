// SPDX-License-Identifier: Apache-2.0

/// What a verification found out, boot by boot.
package struct VerifyReport: Codable, Equatable, Sendable {
    /// One thing that an image has to do.
    package struct Check: Codable, Equatable, Sendable {
        package var name: String
        package var hasPassed: Bool
        /// What was found.
        package var detail: String
    }

    /// One start of a machine.
    package struct Boot: Codable, Equatable, Sendable {
        package var name: String
        package var checks: [Check]
        /// Seconds from power on until somebody could log in; nil when nobody could.
        package var seconds: Double?
        /// Seconds of each of the boot's stages, as the machine itself counts them.
        package var stages: [String: Double]
        /// The last lines of the console, when a check failed.
        package var console: String?
    }

    package var image: String
    /// "sha256:" and the digest of the image's file.
    package var digest: String
    package var metadata: MetadataKind
    package var boots: [Boot]

    /// How many checks failed.
    package var failures: Int { boots.flatMap(\.checks).count { !$0.hasPassed } }
}

extension VerifyReport.Boot {
    init(_ name: String) {
        self.init(name: name, checks: [], seconds: nil, stages: [:], console: nil)
    }

    mutating func check(_ name: String, _ hasPassed: Bool, _ detail: String) {
        checks.append(.init(name: name, hasPassed: hasPassed, detail: detail))
    }
}
