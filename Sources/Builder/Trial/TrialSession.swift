// SPDX-License-Identifier: Apache-2.0

import Diagnostics
package import Elements
internal import LinuxSystem
import Planning

/// The supervisor's side of a dry run: each hook of a plugin once, where it can harm nothing.
///
/// What happens there is told in `PluginTrial`.
package struct TrialSession {
    /// What the process that runs the hooks says.
    enum Message: Codable {
        case found([Finding])
        case failed(BuildError)
    }

    private let order: TrialOrder

    package init(order: TrialOrder) { self.order = order }

    /// Runs the hooks and returns what was seen.
    ///
    /// - Throws: `BuildError` when the dry run could not be made; what the plugin does wrong is a finding.
    package func run() throws -> [Finding] {
        let path = ProcessEnvironment["PATH"] ?? "/usr/bin:/bin"
        if var error = try RootRights.failure(user: order.user.name, path: path) {
            error.message = "a dry run needs root, and sudo does not give it without a password"
            error.hint = "Look at the file alone with --static, or run dibhost as root."
            throw error
        }
        let session = RootSession(
            programs: try .installed(), arguments: ["run-trial"], user: order.user.name,
            hasNetwork: false)
        var end: Message?
        let failure = try session.run(sending: Frame.encode(order)) { json in
            end = try Frame.decode(Message.self, from: json)
            return .goOn
        }
        switch end {
        case .found(let findings): return findings
        case .failed(let error): throw error
        case nil: throw failure
        }
    }
}
