// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// The process that makes a dry run: root, alone with PID 1 in its namespaces, started by dibhost-init.
package enum TrialProcess {
    /// Gets the order, runs the hooks and sends what was seen.
    ///
    /// - Returns: The program's exit status.
    /// - Throws: `BuildError` when this process was not started by dibhost-init.
    package static func run() throws(BuildError) -> Int32 {
        try BuilderProcess.prepare(command: "run-trial", remedy: "Use 'dibhost plugin check'.")
        let supervisor = EventSink(socket: BuilderProcess.socket)
        do {
            let order = try BuilderProcess.received(TrialOrder.self)
            let findings = try PluginTrial.run(order, interrupt: BuilderProcess.socket)
            supervisor.send(value: TrialSession.Message.found(findings))
            return 0
        } catch {
            let error = BuildError(wrapping: error)
            supervisor.send(value: TrialSession.Message.failed(error))
            return error.exitStatus
        }
    }
}
