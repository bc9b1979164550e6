// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import Ramdisk
import SystemPackage

/// What the parts of a running build share: the plan, its folders, the steps, the interrupt, the warnings.
final class RunningBuild {
    let plan: BuildPlan
    let steps: StepRunner
    let link: SupervisorLink
    let buildID: String
    /// The folders that the contract with shell elements names.
    let folders: LegacyEnvironment.Folders
    /// Where the folders of native elements are shown to shell elements.
    let views: FilePath
    let place: String
    let limits: Command.Limits
    /// When the build began, in seconds since 1970.
    private let start = SystemTime.now
    /// The source date, in seconds since 1970: the latest time that a file of the image may carry.
    private(set) var time: Int64
    /// The disk layout as it stands: what was planned, until hooks of phase block-device change it.
    private(set) var layout: DiskLayout
    /// The outputs, which follow the layout.
    private(set) var outputs: [BuildPlan.PlannedOutput]
    /// The legacy hook that forces the mounted image, if there is one.
    var isMountedFor: PlannedHook?
    /// What runs in the chroot sees these devices.
    var devices: [MountedImage.Device] = []
    /// Where further file systems of the image are mounted on the tree, as absolute paths in it.
    var volumes: [String] = []
    /// What native elements want in the ramdisk, in the order of their hooks.
    var ramdiskItems: [RamdiskItem] = []
    /// Warnings for the report, in the order in which they came.
    private(set) var warnings: [String] = []

    init(
        plan: BuildPlan, steps: StepRunner, workspace: borrowing BuildWorkspace,
        link: SupervisorLink
    ) {
        self.plan = plan
        layout = plan.layout
        outputs = plan.outputs
        self.steps = steps
        self.link = link
        buildID = workspace.identifier
        place = workspace.place
        folders = LegacyEnvironment.Folders(
            build: workspace.folder, image: workspace.image, tree: workspace.tree,
            hooks: workspace.hooks)
        views = workspace.folder.appending("elements")
        limits = Command.Limits(interrupt: link.interrupt)
        time = plan.sourceDate?.seconds ?? start
    }

    var events: EventSink { steps.events }
    var tree: TreeRoot { get throws { try TreeRoot(folders.tree, volumes: volumes) } }

    var nativeElements: [ElementDescription] {
        plan.elements.map(\.description).filter { $0.kind == .native }
    }

    var hasLegacyElements: Bool { plan.elements.contains { $0.description.kind == .legacy } }

    /// What hooks find when they start, native and legacy ones alike.
    var environment: LegacyEnvironment {
        var environment = LegacyEnvironment(
            plan: plan, layout: layout, folders: folders, views: views, user: credentials)
        environment.runtimeVariables[SourceDate.variable] = String(time)
        return environment
    }

    /// The user that hooks outside the chroot run as; nil when that is root.
    var credentials: Command.Credentials? {
        let user = plan.request.user
        guard user.id != 0 else { return nil }
        return Command.Credentials(user: user.id, group: user.group, groups: user.groups)
    }

    /// Says that the build begins, and what the plan warned of.
    func announce() {
        events.send(
            .buildStarted(
                buildID: buildID, scratch: folders.build.string, steps: plan.steps.count))
        note("the scratch folder is \(place)")
        plan.warnings.forEach { warn($0) }
    }

    /// Tells the user something that does not stop the build.
    func warn(_ text: String) {
        warnings.append(text)
        events.message(.warning, text)
    }

    /// Tells the user something that is a warning, or with --strict an error.
    func warnOrFail(_ text: String) throws {
        guard !plan.request.isStrict else {
            throw BuildError(
                .buildFailed, text, hint: "Without --strict this is a warning.")
        }
        warn(text)
    }

    func note(_ text: String) {
        events.message(.info, text)
    }

    /// Moves the source date to the newest file that phase root brought, unless the user has set it.
    ///
    /// What is younger than the build was made by the build and says nothing about its inputs.
    func raiseSourceDate() throws {
        guard plan.sourceDate?.isFixed != true else { return }
        let programs: Set<String> = ["usr", "bin", "sbin", "lib", "lib32", "lib64"]
        var newest = (time: time, path: "")
        try TreeWalk(root: folders.tree, interrupt: limits.interrupt).forEach { entry in
            guard let first = entry.path.split(separator: UInt8(ascii: "/")).first else {
                return true
            }
            let isProgram = programs.contains(String(decoding: first, as: UTF8.self))
            guard isProgram, entry.kind != .folder else { return isProgram }
            let changed = entry.modificationTime
            if changed > newest.time, changed < start {
                newest = (changed, entry.displayPath)
            }
            return false
        }
        guard newest.time > time else { return }
        time = newest.time
        note("the newest input is \(newest.path) of the tree: \(SourceDate.variable)=\(time)")
    }

    /// Hands on a line that a program printed.
    func output(_ line: String) {
        events.send(.output(line: line))
    }

    /// Whether one of the outputs holds a file system.
    var hasDiskImage: Bool { plan.outputs.contains { $0.format.isDiskImage } }

    /// Puts the layout that `hook` made in place of the one that there was.
    ///
    /// - Throws: `BuildError` at the hook's place for one that cannot be built.
    func replaceLayout(with text: String, by hook: PlannedHook) throws {
        do {
            let new = try plan.layout(text, by: hook.element, inPlaceOf: layout)
            var unchanged = layout
            unchanged.editors = new.editors
            guard new != unchanged else { return }
            let newOutputs = try plan.outputs(of: new)
            try Preflight(plan: plan).check(new, newOutputs.filter { !outputs.contains($0) })
            note("element '\(hook.element)' changed the disk layout")
            let planned = plan.steps.map(\.name)
            for step in HostStep.steps(of: new, makesDisk: hasDiskImage)
            where !planned.contains(step.rawValue) {
                steps.add(PlannedStep(host: step), by: hook.sortName)
            }
            layout = new
            outputs = newOutputs
        } catch var error as BuildError {
            error.location = hook.location
            throw error
        }
    }

    /// Ends what `hook` left running, and says so.
    func endLeftovers(of hook: PlannedHook) throws {
        warnings += try LeftoverProcesses.end(
            after: hook.location, isStrict: plan.request.isStrict, events: events)
    }
}

extension PlannedHook {
    /// Where the hook stands, for errors.
    var location: BuildError.Location {
        BuildError.Location(element: element, phase: phase.rawValue, hook: sortName)
    }
}
