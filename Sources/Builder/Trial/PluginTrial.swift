// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
internal import LinuxSystem
import Planning
internal import SystemPackage

/// Runs each hook of a plugin once, and tells what it does wrong.
///
/// The order is that of a build. The plugin is loaded once without running a hook, so that what its constructors do is
/// told apart. Then comes one worker for each phase, as in a build: the hook of phase root gets an empty folder, all
/// others the same small tree, one after the other, and what one publishes the next one sees. After each worker the
/// processes, mounts and files that it left are looked for. There is no network.
final class PluginTrial {
    private let order: TrialOrder
    private let interrupt: FileDescriptor
    private let worker: WorkerClient
    private let plugin: FileDescriptor
    private let tree: TrialTree
    private var changes: WorldChanges
    private var mounts: Set<FilePath>
    private var published = PublishedValues()
    private var findings: [Finding] = []

    /// Makes the world of the dry run, enters it, and runs all hooks; `interrupt` becomes readable to end it.
    ///
    /// - Throws: `BuildError` when the world cannot be made, or the worker fails; what the plugin does wrong is a finding.
    static func run(_ order: TrialOrder, interrupt: FileDescriptor) throws -> [Finding] {
        // Found by the link /proc/self/exe, which leads out of the world.
        let worker = try WorkerClient.installed()
        let world = try TrialWorld.enter()
        let place = "/tmp/dibhost-check-" + BuildSession.randomName()
        try TreeRoot("/").makeFolder(place)
        let trial = try PluginTrial(order, interrupt, worker, world, place: FilePath(place))
        try trial.load()
        if !trial.findings.contains(where: { $0.severity == .error }) {
            for hook in order.manifest.phases { try trial.run(hook) }
        }
        return trial.findings
    }

    private init(
        _ order: TrialOrder, _ interrupt: FileDescriptor, _ worker: WorkerClient,
        _ world: TrialWorld, place: FilePath
    ) throws {
        self.order = order
        self.interrupt = interrupt
        self.worker = worker
        var element = ElementDescription(
            name: order.manifest.name, kind: .native, path: order.plugin)
        element.manifest = order.manifest
        plugin = try ElementCatalog.openPlugin(element, user: order.user.id)
        tree = try TrialTree.make(in: place, of: world, for: order)
        changes = WorldChanges(in: world, except: ["/tmp", "/proc", "/sys", "/dev"])
        mounts = Set(try MountTable.entries().map(\.path))
        // What making the world has changed is none of the plugin's doing.
        _ = try changes.new()
    }

    deinit { try? plugin.close() }

    // MARK: Hooks

    private func load() throws {
        var invocation = invocation(of: .root, sortName: "load")
        invocation.purpose = .load
        let trial = try worker.tryOut(invocation)
        findings += TrialFindings.of(trial, phase: nil)
        findings += try leftovers(phase: nil)
    }

    private func run(_ hook: ElementManifest.Hook) throws {
        let folder = try FileDescriptor.open(
            hook.phase == .root ? tree.empty : tree.tree, .readOnly,
            options: [.directory, .closeOnExec])
        try folder.closeAfter {
            var invocation = invocation(of: hook.phase, sortName: order.manifest.name)
            invocation.tree = folder
            invocation.purpose = .trial
            invocation.function = hook.function
            if [.check, .blockDevice].contains(hook.phase) {
                invocation.layout = TrialLayout.text
            }
            var trial = try worker.tryOut(invocation)
            if let text = trial.layout, trial.rule == nil {
                trial.error = TrialLayout.fault(of: text, in: order)
                if trial.error != nil { trial.rule = .hookError }
            }
            if trial.rule == nil { published.add(trial.published, from: order.manifest.name) }
            findings += TrialFindings.of(trial, phase: hook.phase)
            findings += try leftovers(phase: hook.phase)
        }
    }

    private func invocation(of phase: Phase, sortName: String) -> HookInvocation {
        let user = order.user
        var invocation = HookInvocation(
            element: order.manifest.name, phase: phase, hook: sortName, plugin: plugin,
            expectedPhases: order.manifest.tablePhases,
            environment: environment(for: phase),
            user: UserAccount(
                name: user.name, id: user.id, group: user.group, groups: user.groups,
                home: user.home),
            limits: .init(deadline: .seconds(order.deadline), interrupt: interrupt))
        invocation.privileges = order.manifest.privileges
        invocation.parameters = order.parameters
        invocation.values = values(for: phase)
        return invocation
    }

    private func environment(for phase: Phase) -> [String: String] {
        var variables = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C", "TERM": "dumb", "ARCH": order.architecture,
            "DIB_OFFLINE": "1",
        ]
        let isInside = phase.isInChroot
        variables["HOME"] = isInside ? "/root" : order.user.home
        variables["USER"] = isInside ? "root" : order.user.name
        variables["LOGNAME"] = variables["USER"]
        for parameter in order.manifest.parameters {
            guard let name = parameter.environment else { continue }
            variables[name] = order.parameters[parameter.name]
        }
        for (name, template) in order.manifest.exports {
            variables[name] = ValueTemplate.filled(template) { order.parameters[$0] }
        }
        return variables
    }

    private func values(for phase: Phase) -> [String: String] {
        var values = published.visible(to: order.manifest.name)
        values["target.root"] = (phase == .root ? tree.empty : tree.tree).string
        values["build.architecture"] = order.architecture
        values["build.image-name"] = "check"
        values["build.offline"] = "true"
        values["build.packages"] = ""
        values["build.trace-level"] = "0"
        for (name, value) in TrialLayout.values { values[name.rawValue] = value }
        values["build.source-date-epoch"] = String(SystemTime.now)
        values["cache.folder"] = tree.cache.string
        values["scratch.folder"] = tree.scratch.string
        values["user.name"] = order.user.name
        values["user.home"] = order.user.home
        values["user.id"] = String(order.user.id)
        values["user.group"] = String(order.user.group)
        values["distribution"] = order.manifest.distributions.first ?? "debian"
        return values
    }

    // MARK: Leftovers

    private func leftovers(phase: Phase?) throws -> [Finding] {
        let processes = try LeftoverProcesses.endAll().map(\.program)
        let now = Set(try MountTable.entries().map(\.path))
        let new = now.subtracting(mounts).map(\.string).sorted()
        mounts = now
        return TrialFindings.of(
            processes: processes, mounts: new, changes: try changes.new(), phase: phase)
    }
}
