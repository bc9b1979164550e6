// SPDX-License-Identifier: Apache-2.0

/// Lists the steps of a build in their order, as far as they are known before anything runs.
struct StepPlanner {
    private static let inTree: [Phase] = [
        .extraData, .preInstall, .install, .postInstall, .postRoot,
    ]
    private static let onFinishedTree: [Phase] = [.preFinalise, .finalise, .cleanup]

    private let hooks: [PlannedHook]
    private let outputs: [BuildPlan.PlannedOutput]
    private let loadsContainer: Bool
    private let hasTable: Bool
    private let hasBootLoader: Bool
    private let hasMountTable: Bool
    private let hasStaged: Bool
    private let audits: Bool
    /// The first phase in which a legacy hook runs: it may add hooks to every later one.
    private let firstLegacyPhase: Phase?

    init(
        hooks: [PlannedHook], outputs: [BuildPlan.PlannedOutput], layout: DiskLayout,
        loadsContainer: Bool = false, audits: Bool = false
    ) {
        self.hooks = hooks
        self.outputs = outputs
        self.loadsContainer = loadsContainer && outputs.contains { $0.format == .docker }
        hasTable = layout.hasTables
        hasBootLoader = layout.installsBootLoader
        hasMountTable = !layout.tableFiles.isEmpty
        self.audits = audits
        hasStaged = layout.volumes.contains(where: \.isStaged)
        firstLegacyPhase = hooks.filter { $0.kind == .legacy }.map(\.phase).min()
    }

    private var hasDiskImage: Bool { outputs.contains(where: \.format.isDiskImage) }

    /// Whether the file system has to be mounted before it is finished: shell hooks work on paths of the mounted
    /// image.
    private var needsMountedImage: Bool {
        hasDiskImage
            && hooks.contains { $0.kind == .legacy && Self.onFinishedTree.contains($0.phase) }
    }

    func steps(hasLegacyElement: Bool) -> [PlannedStep] {
        var steps = [Self.host(.makeWorkspace)]
        if hasLegacyElement { steps.append(Self.host(.assembleHooks)) }
        steps += run(.check) + run(.root) + [Self.host(.checkRoot), Self.host(.openChroot)]
        steps += Self.inTree.flatMap(run) + [Self.host(.closeChroot)]
        steps += run(.ramdisk) + run(.blockDevice)
        if hasMountTable { steps.append(Self.host(.writeMountTable)) }
        return steps + (needsMountedImage ? mounted() : unmounted()) + lastSteps()
    }

    /// The tree is finished first, then written once.
    private func unmounted() -> [PlannedStep] {
        var steps = finish() + [Self.host(.measureTree)]
        if hasDiskImage {
            steps += [Self.host(.writeFileSystem)] + table() + outputs(from: .disk)
        }
        return steps + outputs(from: .tree)
    }

    /// The file system is written with the tree as it is, then mounted and finished.
    private func mounted() -> [PlannedStep] {
        [Self.host(.measureTree), Self.host(.writeFileSystem)] + table()
            + [Self.host(.mountImage)] + finish() + outputs(from: .tree)
            + [Self.host(.trimImage)] + (hasStaged ? [Self.host(.writeStaged)] : [])
            + (hasBootLoader ? [Self.host(.writeBootLoader)] : []) + outputs(from: .disk)
    }

    private func finish() -> [PlannedStep] {
        let found = Self.onFinishedTree.flatMap(run)
        return
            (found.isEmpty
            ? [] : [Self.host(.openChroot)] + found + [Self.host(.closeChroot)])
            + [Self.host(.cleanTree), Self.host(.writeBuildRecord)]
            + (audits ? [Self.host(.auditTree)] : [])
    }

    private func table() -> [PlannedStep] {
        hasTable ? [Self.host(.writePartitionTable)] : []
    }

    /// The steps of the outputs made from `source`, each with its digest, in the order asked for.
    private func outputs(from source: OutputFormat.Source) -> [PlannedStep] {
        outputs.filter { $0.format.source == source }
            .flatMap { output in
                [
                    .output(output.format, disk: output.disk),
                    .digest(of: output.format, disk: output.disk),
                ].compactMap(\.self)
            }
    }

    private func lastSteps() -> [PlannedStep] {
        outputs(from: .outputs) + [Self.host(.sync), Self.host(.publish)]
            + (loadsContainer ? [Self.host(.loadContainer)] : [])
    }

    private func run(_ phase: Phase) -> [PlannedStep] {
        let mayGrow = firstLegacyPhase.map { $0 < phase } ?? false
        return hooks.filter { $0.phase == phase }
            .sorted { HookOrder($0.sortName) < HookOrder($1.sortName) }
            .map { PlannedStep($0, mayGrow: mayGrow) }
    }

    private static func host(_ step: HostStep) -> PlannedStep {
        PlannedStep(kind: .host, name: step.rawValue, isInChroot: false, mayGrow: false)
    }
}
