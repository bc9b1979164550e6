// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Planning

/// What the builder tells the supervisor while it works; one JSON object a line with --events.
package enum BuildEvent: Codable, Equatable, Sendable {
    /// `steps` is the number of steps known so far.
    case buildStarted(buildID: String, scratch: String, steps: Int)
    /// A step begins. `index` counts from 1.
    case stepStarted(index: Int, of: Int, step: PlannedStep)
    case stepFinished(index: Int, seconds: Double)
    /// A legacy hook added a hook to a later phase.
    case stepAdded(step: PlannedStep, by: String)
    /// A line that a hook or tool printed.
    case output(line: String)
    case message(level: Level, text: String)
    case progress(done: UInt64, total: UInt64)
    case published(element: String, name: String, value: String)
    case artifactFinished(Artifact)
    /// A shell has the terminal until it has ended: nothing else may be written there.
    case shellStarted(point: String)
    case shellEnded
    case buildFinished(BuildReport)
    case buildFailed(BuildError)

    package enum Level: String, Codable, Sendable { case debug, info, warning, error }
}

/// A file that the build wrote.
package struct Artifact: Codable, Equatable, Sendable {
    package var format: String
    package var path: String
    /// The file's length; of a disk image also the space that it takes and the disk's size.
    package var size: ByteCount
    package var allocated: ByteCount
    package var virtualSize: ByteCount?
    package var sha256: String?

    package init(
        format: String, path: String, size: ByteCount, allocated: ByteCount,
        virtualSize: ByteCount? = nil, sha256: String? = nil
    ) {
        self.format = format
        self.path = path
        self.size = size
        self.allocated = allocated
        self.virtualSize = virtualSize
        self.sha256 = sha256
    }
}

/// What came of a build.
package struct BuildReport: Codable, Equatable, Sendable {
    package var artifacts: [Artifact]
    /// Seconds by phase, in the order in which they ran; dibhost's own work has its own rows.
    package var timings: [Timing]
    package var warnings: [String]
    package var isReproducible: Bool

    package struct Timing: Codable, Equatable, Sendable {
        package var name: String
        package var seconds: Double
        package init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    package init(
        artifacts: [Artifact], timings: [Timing], warnings: [String], isReproducible: Bool
    ) {
        self.artifacts = artifacts
        self.timings = timings
        self.warnings = warnings
        self.isReproducible = isReproducible
    }
}
