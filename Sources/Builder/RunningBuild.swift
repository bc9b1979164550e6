// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
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
    /// Seconds since 1970: the latest time that a file of the image may carry.
    let time: Int64
    /// The legacy hook that forces the mounted image, if there is one.
    var isMountedFor: PlannedHook?
    /// What runs in the chroot sees these devices.
    var devices: [FilePath] = []
    /// Warnings for the report, in the order in which they came.
    private(set) var warnings: [String] = []

    init(
        plan: BuildPlan, steps: StepRunner, workspace: borrowing BuildWorkspace,
        link: SupervisorLink
    ) {
        self.plan = plan
        self.steps = steps
        self.link = link
        buildID = workspace.identifier
        place = workspace.place
        folders = LegacyEnvironment.Folders(
            build: workspace.folder, image: workspace.image, tree: workspace.tree,
            hooks: workspace.hooks)
        views = workspace.folder.appending("elements")
        limits = Command.Limits(interrupt: link.interrupt)
        time = plan.request.environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init) ?? SystemTime.now
    }

    var events: EventSink { steps.events }
    var tree: TreeRoot { get throws { try TreeRoot(folders.tree) } }

    var nativeElements: [ElementDescription] {
        plan.elements.map(\.description).filter { $0.kind == .native }
    }

    var hasLegacyElements: Bool { plan.elements.contains { $0.description.kind == .legacy } }

    /// What hooks find when they start, native and legacy ones alike.
    var environment: LegacyEnvironment {
        LegacyEnvironment(plan: plan, folders: folders, views: views, user: credentials)
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

    /// Hands on a line that a program printed.
    func output(_ line: String) {
        events.send(.output(line: line))
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
