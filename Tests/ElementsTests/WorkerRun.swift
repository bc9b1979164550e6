// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport

/// One run of a built plugin through the real worker.
struct WorkerRun {
    /// The plugin's module, such as "LocalConfig".
    var plugin: String
    var phase: Phase
    var phases: [Phase]
    var element: String
    /// The plain C function that does the work in place of the plugin's table.
    var function: BoundFunction?
    var parameters: [String: String] = [:]
    var values: [String: String] = [:]
    var layout: String?
    var environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    var privileges: [ElementManifest.Privilege] = []
    var user = UserAccount(name: "root", id: 0, group: 0, groups: [0], home: "/root")
    var deadline = Duration.seconds(60)
    var worker = BuiltProducts.worker
    /// Where the plugin lies.
    var folder = BuiltProducts.folder

    init(_ plugin: String, _ phase: Phase, of phases: [Phase]? = nil, element: String? = nil) {
        self.plugin = plugin
        self.phase = phase
        self.phases = phases ?? [phase]
        self.element = element ?? plugin.lowercased()
    }

    /// What came of it.
    struct Outcome {
        var published: [String: String] = [:]
        var events: [WorkerEvent] = []
        var error: BuildError?
    }

    func run(on tree: FilePath?) throws -> Outcome {
        let file = folder.appending("lib\(plugin).so")
        let library = try FileDescriptor.open(file, .readOnly)
        let treeDescriptor = try tree.map {
            try FileDescriptor.open($0, .readOnly, options: .directory)
        }
        return try library.closeAfter {
            let outcome = outcome(library, treeDescriptor)
            try treeDescriptor?.close()
            return outcome
        }
    }

    private func outcome(_ library: FileDescriptor, _ tree: FileDescriptor?) -> Outcome {
        var invocation = HookInvocation(
            element: element, phase: phase, hook: "50-\(element)", plugin: library,
            expectedPhases: phases, environment: environment, user: user,
            limits: .init(deadline: deadline))
        invocation.function = function
        invocation.privileges = privileges
        invocation.tree = tree
        invocation.parameters = parameters
        invocation.values = values
        invocation.layout = layout
        var outcome = Outcome()
        do {
            outcome.published = try WorkerClient(workerPath: worker)
                .run(invocation) { outcome.events.append($0) }
        } catch let error as BuildError {
            outcome.error = error
        } catch {
            outcome.error = BuildError(.buildFailed, "not a BuildError: \(error)")
        }
        return outcome
    }
}
