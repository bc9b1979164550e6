// SPDX-License-Identifier: Apache-2.0

import LinuxSystem

extension Command {
    /// How the program ended, and all that it printed on both streams.
    func captureAll(
        limits: Limits = Limits()
    ) throws -> (status: ExitStatus, text: String) {
        var joined = self
        joined.program = "/bin/bash"
        joined.arguments = ["-c", "exec \"$@\" 2>&1", "bash", program] + arguments
        let captured = try joined.capture(limits: limits)
        return (captured.status, captured.output)
    }
}
