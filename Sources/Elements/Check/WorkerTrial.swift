// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import LinuxSystem
internal import Wire

/// What was seen of a worker that ran a hook for a check.
package struct WorkerTrial: Sendable {
    /// Something that the plugin left in its process.
    package struct Trace: Sendable {
        package var kind: Kind
        package var text: String

        init(_ kind: WorkerFrame.Trace, _ text: String) {
            self.kind =
                switch kind {
                case .descriptor: .descriptor
                case .threads: .threads
                case .setting: .setting
                }
            self.text = text
        }
    }

    package enum Kind: Sendable {
        /// A descriptor that is still open: what it leads to.
        case descriptor
        /// Threads that still run: how many.
        case threads
        /// A changed setting: its name.
        case setting
    }

    /// The rule that the plugin broke; nil when the hook succeeded.
    package var rule: CheckRule?
    /// The error that a build would end with.
    package var error: BuildError?
    package var published: [String: String]
    /// The disk layout that the hook made.
    package var layout: String?
    /// The last lines that were printed.
    package var lines: [String]
    package var traces: [Trace]
}

extension WorkerRecord {
    /// Whether it was the worker that failed, and not the plugin.
    var isOwnFailure: Bool { failure?.stage == .worker }

    /// The rule that a plugin broke whose worker ended like this; nil when its hook succeeded.
    func brokenRule(_ status: ExitStatus) -> CheckRule? {
        if isDone, misunderstood == nil, status.isSuccess { return nil }
        if phases != nil { return .phases }
        switch failure?.stage {
        case .load: return .load
        case .contract: return .table
        case .hook: return .hookError
        case .worker, nil: break
        }
        if misunderstood != nil { return .foreignDescriptor }
        switch status {
        case .signalled: return .crash
        case .timedOut: return .hang
        case .exited: return .exit
        }
    }
}
