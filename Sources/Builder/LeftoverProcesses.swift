// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
package import LinuxSystem

/// Ends what a hook left running, before the next change of mounts.
package enum LeftoverProcesses {
    /// How long a process may take to end after SIGTERM, and after SIGKILL.
    private static let grace = Duration.seconds(2)

    /// Ends every process of the builder's pid namespace that is neither init nor the builder's
    /// own.
    ///
    /// - Returns: The processes that were ended, each once.
    /// - Throws: `BuildError` when one outlives SIGKILL.
    package static func endAll() throws -> [RunningProcess] {
        var ended: [RunningProcess] = []
        for signal in [SIGTERM, SIGKILL] {
            let start = ContinuousClock.now
            var signalled: Set<Int32> = []
            while ContinuousClock.now - start < grace {
                let strangers = try RunningProcess.strangers()
                if strangers.isEmpty { return ended }
                // A process may have started another one since the last look.
                for process in strangers where signalled.insert(process.id).inserted {
                    try process.signal(signal)
                    if !ended.contains(where: { $0.id == process.id }) { ended.append(process) }
                }
                usleep(10_000)
            }
        }
        guard let survivor = try RunningProcess.strangers().first else { return ended }
        throw BuildError(
            .buildFailed,
            "process \(survivor.id) ('\(survivor.program)') that a hook left cannot be ended")
    }

    /// Ends what the hook at `location` left, and says so: as a warning, or with `isStrict` as an
    /// error.
    ///
    /// - Returns: The texts of the warnings, for the report.
    package static func end(
        after location: BuildError.Location, isStrict: Bool, events: EventSink
    ) throws -> [String] {
        let programs = try endAll().map(\.program)
        guard !programs.isEmpty else { return [] }
        let names = Array(Set(programs)).sorted().map { "'\($0)'" }.joined(separator: ", ")
        let error = BuildError(
            .buildFailed, "a process was left running and was ended: \(names)",
            hint: "Let the hook stop what it starts; without --strict this is a warning.",
            location: location)
        if isStrict { throw error }
        let warning = "\(error.message) (\(location))"
        events.message(.warning, warning)
        return [warning]
    }
}
