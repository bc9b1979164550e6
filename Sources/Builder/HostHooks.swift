// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import Planning

/// The work at places of hooks that dibhost does itself.
final class HostHooks {
    private let build: RunningBuild
    private let legacy: LegacyHooks?
    private let hooks: [HostHook]
    private var packages: PackageWork

    /// `legacy` is nil when the plan has no legacy element.
    init(build: RunningBuild, legacy: LegacyHooks?) {
        self.build = build
        self.legacy = legacy
        packages = PackageWork(build: build)
        hooks = HostHook.hooks(
            for: build.plan.elements.map(\.description), packages: build.plan.request.packages)
    }

    func hooks(of phase: Phase) -> [PlannedHook] {
        hooks.map(\.planned).filter { $0.phase == phase }
    }

    /// Does the work at the place of `hook`.
    ///
    /// - Throws: `BuildError` that names it.
    func run(_ hook: HostHook) throws {
        do {
            try run(hook, with: try variables(for: hook.phase))
        } catch var error as BuildError {
            // What a file holds is refused; by now it ends a build.
            if error.code == .refused { error.code = .buildFailed }
            error.location = hook.planned.location
            throw error
        }
    }

    private func run(_ hook: HostHook, with variables: [String: String]) throws {
        switch hook.work {
        case .copyPackageMaps: try ElementFiles(build: build).copyPackageMaps()
        case .mapServices: try ElementFiles(build: build).mapServices(with: variables)
        case .choosePackages: try packages.choose(with: variables)
        case .installPackages: try packages.change(at: hook, removes: false, with: variables)
        case .removePackages: try packages.change(at: hook, removes: true, with: variables)
        case .installNamedPackages:
            try packages.install(build.plan.request.packages, with: variables)
        }
    }

    /// What a hook of the phase would find in its environment now.
    private func variables(for phase: Phase) throws -> [String: String] {
        try legacy?.variables(for: phase) ?? build.environment.variables(for: phase)
    }
}
