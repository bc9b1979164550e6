// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import Legacy
import LinuxSystem
import Planning
import Ramdisk
import SystemPackage

/// The hooks of the plan's native elements: each runs in a worker of its own.
final class NativeHooks {
    private let build: RunningBuild
    private let worker: WorkerClient
    /// nil when the plan has no legacy element.
    private let legacy: LegacyHooks?
    /// The inspected file of each plugin: the one that was checked is the one that is loaded.
    private var plugins: [String: FileDescriptor] = [:]
    private var published = PublishedValues()

    init(build: RunningBuild, legacy: LegacyHooks?) throws {
        self.build = build
        self.legacy = legacy
        worker = try WorkerClient.installed()
        for element in build.nativeElements {
            plugins[element.name] = try ElementCatalog.openPlugin(
                element, user: build.plan.request.user.id)
        }
    }

    deinit {
        for descriptor in plugins.values { try? descriptor.close() }
    }

    /// The hooks of native elements in `phase`, in no particular order.
    func hooks(of phase: Phase) -> [PlannedHook] {
        build.nativeElements.flatMap { $0.hooks(with: build.plan.request) }.filter {
            $0.phase == phase
        }
    }

    /// Runs one hook in a worker.
    ///
    /// - Throws: `BuildError` that names element, phase and hook, however the worker ended.
    func run(_ hook: PlannedHook) throws {
        guard let element = build.nativeElements.first(where: { $0.name == hook.element }),
            let manifest = element.manifest, let plugin = plugins[element.name]
        else { preconditionFailure("a native hook belongs to an element of the plan") }
        let tree = try FileDescriptor.open(
            build.folders.tree, .readOnly, options: [.directory, .closeOnExec])
        defer { try? tree.close() }
        let user = build.plan.request.user
        let variables =
            try legacy?.variables(for: hook.phase)
            ?? build.environment.variables(for: hook.phase)
        var invocation = HookInvocation(
            element: element.name, phase: hook.phase, hook: hook.sortName, plugin: plugin,
            expectedPhases: manifest.tablePhases,
            environment: variables,
            user: UserAccount(
                name: user.name, id: user.id, group: user.group, groups: user.groups,
                home: user.home),
            limits: Command.Limits(
                deadline: deadline(of: hook), interrupt: build.limits.interrupt))
        invocation.function = manifest.function(of: hook.phase)
        invocation.privileges = manifest.privileges
        invocation.tree = tree
        invocation.parameters = try parameters(of: manifest, at: hook, with: variables)
        invocation.values = values(for: element.name)
        if [.check, .blockDevice].contains(hook.phase) {
            invocation.layout = LayoutWriter.text(build.layout)
        }
        var layout: String?
        var ramdisk: [RamdiskItem] = []
        let new = try worker.run(invocation) { event in
            switch event {
            case .layout(let text): layout = text
            case .ramdisk(let item, let name, let text):
                ramdisk +=
                    RamdiskItem(number: item, name, text, element: element.name).map { [$0] } ?? []
            default: handle(event)
            }
        }
        build.ramdiskItems += ramdisk
        if let layout { try build.replaceLayout(with: layout, by: hook) }
        published.add(new, from: element.name)
        for (name, value) in new.sorted(by: { $0.key < $1.key }) {
            build.events.send(.published(element: element.name, name: name, value: value))
        }
    }

    private func handle(_ event: WorkerEvent) {
        switch event {
        case .output(let line): build.output(line)
        case .log(.warning, let text): build.warn(text)
        case .log(.debug, let text): build.events.message(.debug, text)
        case .log(.info, let text): build.events.message(.info, text)
        case .log(.error, let text): build.events.message(.error, text)
        case .progress(let done, let total):
            build.events.send(.progress(done: done, total: total))
        case .published, .layout, .ramdisk: break
        }
    }

    private func parameters(of element: String) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in build.plan.parameters where parameter.element == element {
            values[parameter.name] = parameter.value
        }
        return values
    }

    /// The element's parameters; a default gives way to what a manifest or environment.d exports, from the phase after
    /// root on.
    private func parameters(
        of manifest: ElementManifest, at hook: PlannedHook, with variables: [String: String]
    ) throws -> [String: String] {
        var values = parameters(of: manifest.name)
        guard hook.phase > .root else { return values }
        let planned = build.plan.parameters.filter {
            $0.element == manifest.name && $0.origin == .manifestDefault
        }
        for parameter in manifest.parameters
        where planned.contains(where: { $0.name == parameter.name }) {
            guard let name = parameter.environment, let text = variables[name], !text.isEmpty,
                text != values[parameter.name]
            else { continue }
            do throws(ParameterValue.Fault) {
                values[parameter.name] = try ParameterValue.normalized(text, for: parameter)
            } catch {
                let shown = parameter.isSecret ? BuildPlan.hiddenValue : text
                throw BuildError(
                    .buildFailed,
                    "parameter '\(manifest.name).\(parameter.name)': value '\(shown)' that another element exports as \(name) \(error.problem)",
                    hint: error.hint, location: hook.location)
            }
        }
        return values
    }

    /// The element's parameter `deadline`, in seconds; else the phase's own deadline.
    private func deadline(of hook: PlannedHook) -> Duration {
        parameters(of: hook.element)[Deadline.parameterName].flatMap(Int.init).map { .seconds($0) }
            ?? hook.phase.defaultDeadline
    }

    /// The values that a hook may ask for by name; ElementAPI's BuildValue documents them.
    ///
    /// The worker's client takes
    /// out what the hook's phase and privileges do not allow.
    private func values(for element: String) -> [String: String] {
        let request = build.plan.request
        var values = published.visible(to: element)
        values["target.root"] = build.folders.tree.string
        values["build.architecture"] = request.architecture
        values["build.image-name"] = FilePath(request.imageName).lastComponent?.string
        values["build.offline"] = String(request.isOffline)
        values["build.packages"] = build.plan.packages.joined(separator: "\n")
        values["build.trace-level"] = String(request.traceLevel)
        values["build.source-date-epoch"] = String(build.time)
        values["cache.folder"] = request.cacheFolder
        values["scratch.folder"] = build.folders.build.string
        values["user.name"] = request.user.name
        values["user.home"] = request.user.home
        values["user.id"] = String(request.user.id)
        values["user.group"] = String(request.user.group)
        for (name, value) in build.layout.values { values[name.rawValue] = value }
        values["distribution"] = build.plan.exports.first { $0.name == "DISTRO_NAME" }?.value
        return values
    }
}
