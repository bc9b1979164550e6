// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// The hooks of the plan's shell elements, run from one folder that all of them are merged into.
final class LegacyHooks {
    private let build: RunningBuild
    private let folder: HookFolder
    /// What hooks that start from now on see of the image's devices.
    private var variables: [String: String] = [:]
    /// The hook folder's mount in the chroot, while a phase runs there.
    private var mount: Mount?

    init(build: RunningBuild) throws {
        self.build = build
        folder = try build.steps.run(.assembleHooks) {
            let elements = build.plan.elements.map(\.description)
            var files = UserFiles(user: build.credentials)
            HookPrograms.add(
                to: &files, in: build.folders.build,
                path: build.plan.request.environment["PATH"] ?? "")
            NativeElementView.add(to: &files, for: build.plan, in: build.views)
            ShellLibrary.add(to: &files, in: build.folders.library)
            return try HookFolder.assemble(
                elements: elements, into: build.folders.hooks, with: files)
        }
    }

    /// The hooks of a phase as they are now.
    func hooks(of phase: Phase) throws -> [PlannedHook] {
        try folder.hooks(of: phase, pattern: pattern).map { hook in
            PlannedHook(
                phase: phase, sortName: hook.name, element: hook.element ?? "added by a hook",
                kind: .legacy)
        }
    }

    /// Brings what hooks find after phase root only.
    func endRoot() throws {
        try folder.addInstallType(build.plan.request.installType, user: build.credentials)
    }

    /// Says which files of a phase's folder never run, and brings the hooks into reach of the chroot.
    func enter(_ phase: Phase) throws {
        for reason in try folder.ignoredFiles(of: phase, pattern: pattern) {
            try build.warnOrFail(reason)
        }
        guard phase.isInChroot else { return }
        let tree = try build.tree
        try tree.makeFolder(HookFolder.pathInChroot.string)
        let hooks = try FileDescriptor.open(
            build.folders.hooks, .readOnly, options: [.directory, .closeOnExec])
        defer { try? hooks.close() }
        let mount = try Mount.copy(of: hooks, attributes: .readOnly)
        try tree.attach(mount, over: HookFolder.pathInChroot.string)
        self.mount = consume mount
    }

    /// Takes the hooks out of the chroot.
    func leave(_ phase: Phase) throws {
        guard let mount = mount.take() else { return }
        do throws(Errno) {
            try mount.detach()
        } catch {
            // A hook may have unmounted it.
            guard error == .invalidArgument else { throw error }
        }
        try build.tree.remove(HookFolder.pathInChroot.string)
    }

    func setVariable(_ name: String, _ value: String) {
        variables[name] = value
    }

    /// The variables that a hook of the phase would find now, environment.d included.
    func variables(for phase: Phase) throws -> [String: String] {
        // In a tree without bash nothing can be sourced, and no shell hook runs.
        guard try folder.hasEnvironment, try !phase.isInChroot || build.hasShellInTree else {
            return environment.variables(for: phase)
        }
        return try environment.evaluated(for: phase)
    }

    private var environment: LegacyEnvironment {
        var environment = build.environment
        environment.runtimeVariables.merge(variables) { _, new in new }
        return environment
    }

    /// Runs one hook to its end.
    ///
    /// - Throws: `BuildError` with the hook's last lines when it does not end with status 0.
    func run(_ hook: PlannedHook) throws {
        let scripts = try folder.hooks(of: hook.phase, pattern: pattern)
        guard let script = scripts.first(where: { $0.name == hook.sortName }) else {
            return build.note("hook '\(hook.sortName)' was removed by an earlier hook")
        }
        var tail = TailBuffer(limit: 20)
        var ownDevice: String?
        let status: ExitStatus
        do {
            status = try environment.command(for: script).run(limits: build.limits) { line in
                tail.append(line)
                build.output(line)
                if line.contains("IMAGE_BLOCK_DEVICE=") { ownDevice = line }
            }
        } catch var error as BuildError {
            error.location = hook.location
            throw error
        }
        guard status.isSuccess else {
            var error = BuildError(
                .buildFailed, "hook '\(hook.sortName)' failed: \(status)",
                detail: tail.lines.joined(separator: "\n"),
                hint: missingInterpreter(of: script, status), location: hook.location)
            // Of this phase the original reads the output, and forgets the status.
            if hook.phase != .blockDevice { error.hookStatus = status.shellStatus }
            throw error
        }
        if hook.phase == .blockDevice, let ownDevice { throw refusal(of: ownDevice, from: hook) }
    }

    /// What to do about a script that could not be started.
    private func missingInterpreter(of script: LegacyHook, _ status: ExitStatus) -> String? {
        guard [.exited(126), .exited(127)].contains(status) else { return nil }
        let root = script.phase.isInChroot ? build.folders.tree : "/"
        return script.missingInterpreter(in: root).map { program in
            "The script is for '\(program)', which the \(script.phase.isInChroot ? "image" : "build host")"
                + " does not have: install it, or change the script's first line."
        }
    }

    /// The original takes the device that a hook of this phase prints for the image.
    private func refusal(of line: String, from hook: PlannedHook) -> BuildError {
        let problem =
            if let editor = build.layout.editors.last {
                "the hook brings a disk of its own, and element '\(editor)' changed the disk layout"
            } else {
                "the hook brings a disk of its own, which cannot be built yet"
            }
        return BuildError(
            .buildFailed, "\(problem): '\(line)'",
            hint: "Describe the disk in the element's block-device-default.yaml instead.",
            location: hook.location)
    }

    private var pattern: String? { build.plan.request.environment["RUN_PARTS_REGEX"] }
}
