// SPDX-License-Identifier: Apache-2.0

/// Work of dibhost's own, in the order in which a build does it.
///
/// The planner lists these steps and the runner runs them under the same names, so that a plan and a log can be compared
/// line by line. The steps that make and digest one output each are `PlannedStep.output` and `digest`.
package enum HostStep: String, CaseIterable, Codable, Sendable {
    case makeWorkspace = "make workspace"
    /// Before the first phase: the folder that legacy hooks run from. Only with a legacy element.
    case assembleHooks = "assemble hooks"
    /// After phase root.
    case checkRoot = "check root file system"
    case openChroot = "open chroot"
    /// /etc/fstab, before the last hooks; only when the layout asks for lines in it.
    case writeMountTable = "write mount table"
    /// After the last hook that runs on the tree.
    case closeChroot = "close chroot"
    case writeBuildRecord = "write build record"
    case cleanTree = "clean tree"
    /// After the last change of the tree; only when an image is made, and not with --audit off.
    case auditTree = "audit tree"
    case measureTree = "measure tree"
    /// mkfs: makes the image file and fills its file system from the tree. Only with a disk image among the outputs.
    case writeFileSystem = "write file system"
    /// Only when a legacy hook of a later phase needs the mounted image.
    case mountImage = "mount image"
    case trimImage = "trim and unmount image"
    /// Only when a legacy hook needs the mounted image: file systems that are filled from a folder, vfat.
    case writeStaged = "write staged file system"
    /// Only with a partition table; the boot loader is written with it unless the image is mounted afterwards.
    case writePartitionTable = "write partition table"
    /// After the mounted image, whose last hooks may write boot.img and core.img. Only with a native boot loader.
    case writeBootLoader = "write boot loader"
    case sync = "sync outputs"
    case publish = "rename outputs"
    /// Only with --docker-target and format docker.
    case loadContainer = "load into the container engine"
}

extension HostStep {
    /// The steps that a build has or has not because of its layout.
    package static func steps(of layout: DiskLayout, makesDisk: Bool) -> [HostStep] {
        var steps: [HostStep] = []
        if !layout.tableFiles.isEmpty { steps.append(.writeMountTable) }
        if makesDisk, layout.hasTables { steps.append(.writePartitionTable) }
        return steps
    }
}

extension PlannedStep {
    /// The step that makes one output from the raw image or the tree; nil for the raw image, which is there already.
    ///
    /// `disk` is nil for the first disk and for what is no disk.
    package static func output(_ format: OutputFormat, disk: String? = nil) -> PlannedStep? {
        guard format != .raw else { return nil }
        let isConversion = format.source == .disk && format != .bmap
        let verb = isConversion ? "convert to" : "write"
        return PlannedStep(
            kind: .host, name: "\(verb) \(title(format, disk))", isInChroot: false, mayGrow: false)
    }

    /// The step that computes the digests of one output.
    package static func digest(of format: OutputFormat, disk: String? = nil) -> PlannedStep {
        PlannedStep(
            kind: .host, name: "sha256 of \(title(format, disk))", isInChroot: false, mayGrow: false
        )
    }

    private static func title(_ format: OutputFormat, _ disk: String?) -> String {
        format.rawValue + (disk.map { " of \($0)" } ?? "")
    }

    /// A step of dibhost's own work.
    package init(host step: HostStep, phase: Phase? = nil) {
        self.init(
            kind: .host, phase: phase, name: step.rawValue, element: nil, isInChroot: false,
            mayGrow: false)
    }
}
