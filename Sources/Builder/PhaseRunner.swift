// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import SystemPackage

/// Runs the hooks of one phase after the other, native and legacy ones interleaved by number and name.
///
/// The list of a phase is made when the phase starts: a legacy hook may have added hooks to it.
final class PhaseRunner {
    private let build: RunningBuild
    private let native: NativeHooks
    /// nil when the plan has no legacy element.
    private let legacy: LegacyHooks?
    private let own: HostHooks

    init(build: RunningBuild) throws {
        self.build = build
        legacy = try build.hasLegacyElements ? LegacyHooks(build: build) : nil
        native = try NativeHooks(build: build, legacy: legacy)
        own = HostHooks(build: build, legacy: legacy)
    }

    /// The first legacy hook of pre-finalise, finalise or cleanup: it forces the mounted image.
    ///
    /// Asked after the last phase that runs on the tree, so that hooks added on the way count.
    func firstFinishingLegacyHook() throws -> PlannedHook? {
        guard let legacy else { return nil }
        for phase in [.preFinalise, .finalise, .cleanup] as [Phase] {
            if let hook = try legacy.hooks(of: phase).first { return hook }
        }
        return nil
    }

    /// Tells legacy hooks that start from now on which devices the image has; the first one is the first disk.
    ///
    /// IMAGE_BLOCK_DEVICES is made for the shell's `eval DEVICES=( … )`.
    func announce(_ devices: [MountedImage.Device], size: ByteCount) {
        // In KiB from here on, as the original has it.
        legacy?.setVariable("DIB_IMAGE_SIZE", String(size.bytes / 1024))
        guard let first = devices.first else { return }
        legacy?.setVariable("IMAGE_BLOCK_DEVICE", first.path.string)
        let entries = devices.map { " [\($0.name.shellEscaped)]=\($0.path) " }
        legacy?.setVariable("IMAGE_BLOCK_DEVICES", entries.joined())
    }

    /// Whether a hook would run in `phase`, as things are now.
    func hasHooks(in phase: Phase) throws -> Bool { try !hooks(of: phase).isEmpty }

    private func hooks(of phase: Phase) throws -> [PlannedHook] {
        try (native.hooks(of: phase) + own.hooks(of: phase) + (legacy?.hooks(of: phase) ?? []))
            .sorted { HookOrder($0.sortName) < HookOrder($1.sortName) }
    }

    /// Runs all hooks of `phase` in their order.
    func run(_ phase: Phase) throws {
        if phase == .extraData { try legacy?.endRoot() }
        let shell = BreakShell(build: build)
        guard phase.isInChroot else {
            try shell.open(at: .before(phase), in: phase)
            let hooks = try hooks(of: phase)
            if !hooks.isEmpty { try legacy?.enter(phase) }
            try run(hooks, of: phase, shell)
            return try shell.open(at: .after(phase), in: phase)
        }
        guard try hasHooks(in: phase) else { return }
        try legacy?.enter(phase)
        try shell.open(at: .before(phase), in: phase)
        try run(hooks(of: phase), of: phase, shell)
        try shell.open(at: .after(phase), in: phase)
        try legacy?.leave(phase)
    }

    private func run(_ hooks: [PlannedHook], of phase: Phase, _ shell: BreakShell) throws {
        announceAdded(hooks, phase)
        do {
            for hook in hooks {
                try build.steps.run(PlannedStep(hook)) { try run(hook) }
            }
        } catch let error as BuildError where error.code == .buildFailed {
            if phase.isInChroot || phase == .blockDevice {
                build.note("error: \(error.message)")
                try shell.open(at: .afterError, in: phase)
            }
            throw error
        }
    }

    private func announceAdded(_ hooks: [PlannedHook], _ phase: Phase) {
        let planned = Set(build.plan.steps.filter { $0.phase == phase }.map(\.name))
        for hook in hooks where !planned.contains(hook.sortName) {
            build.steps.add(PlannedStep(hook), by: "an earlier hook")
        }
    }

    private func run(_ hook: PlannedHook) throws {
        if let work = HostHook(hook) {
            try own.run(work)
        } else {
            switch hook.kind {
            case .native: try native.run(hook)
            case .legacy: try legacy?.run(hook)
            }
        }
        try build.checkVolumes()
        try build.endLeftovers(of: hook)
    }
}

extension String {
    /// The text with a backslash in front of each character that could mean something to a shell.
    fileprivate var shellEscaped: String {
        map { character in
            let isPlain = character.isLetter || character.isNumber || "-_.".contains(character)
            return isPlain ? String(character) : "\\\(character)"
        }.joined()
    }
}

extension PlannedStep {
    /// The step that runs a hook.
    init(_ hook: PlannedHook) {
        self.init(
            kind: hook.kind == .native ? .native : .legacy, phase: hook.phase,
            name: hook.sortName, element: hook.element, isInChroot: hook.phase.isInChroot,
            mayGrow: false)
    }
}
