// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import Planning
package import SystemPackage
internal import Wire

/// One run of one hook of a native element: all that its worker needs to know.
package struct HookInvocation: Sendable {
    package var element: String
    package var phase: Phase
    /// The hook's sort name, such as "50-debian".
    package var hook: String
    /// The plugin's file: the descriptor that was inspected.
    package var plugin: FileDescriptor
    /// The phases of the manifest whose work the plugin's table does.
    package var expectedPhases: [Phase]
    /// The plain C function that does the work of the phase; nil: the plugin's table has it.
    package var function: BoundFunction?
    /// The privileges of the manifest.
    package var privileges: [ElementManifest.Privilege] = []
    /// The folder of the target tree; nil when the phase has none.
    package var tree: FileDescriptor?
    /// By name, as text; a parameter without value is missing.
    package var parameters: [String: String] = [:]
    /// By dotted name (ElementAPI's BuildValue), with what earlier hooks published.
    ///
    /// "target.root" is the host path
    /// of the tree: the worker gets it only where the plugin may have it.
    package var values: [String: String] = [:]
    /// The disk layout as text, in the phases that see it.
    package var layout: String?
    /// The environment of the programs that the hook runs.
    package var environment: [String: String]
    /// The user who called dibhost.
    package var user: UserAccount
    package var limits: Command.Limits
    package var purpose = Purpose.build

    /// What a hook is run for.
    package enum Purpose: Sendable {
        case build
        /// A check, which wants to know what the plugin leaves in its process.
        case trial
        /// A check that only loads the plugin; no hook runs.
        case load

        var inOrder: WorkOrder.Purpose {
            switch self {
            case .build: .build
            case .trial: .trial
            case .load: .load
            }
        }
    }

    package init(
        element: String, phase: Phase, hook: String, plugin: FileDescriptor,
        expectedPhases: [Phase], environment: [String: String], user: UserAccount,
        limits: Command.Limits? = nil
    ) {
        self.element = element
        self.phase = phase
        self.hook = hook
        self.plugin = plugin
        self.expectedPhases = expectedPhases
        self.environment = environment
        self.user = user
        self.limits = limits ?? Command.Limits(deadline: phase.defaultDeadline)
    }
}
