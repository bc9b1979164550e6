// SPDX-License-Identifier: Apache-2.0

import Archive
import Diagnostics
import DiskImage
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// From the finished tree to published outputs.
///
/// Without legacy hooks in the last phases the tree is written once and never mounted; outputs do not depend on each
/// other and are written side by side. With such hooks the file systems are written first, mounted over the tree,
/// finished there and trimmed; archives and the like then come from the mounted file systems.
struct ImageStage: Sendable {
    /// Free space that hooks on a mounted image can count on beside the layout's own share.
    private static let finishingHeadroom = ByteCount.mebibytes(64)

    private let plan: BuildPlan
    private let layout: DiskLayout
    private let steps: StepRunner
    private let outputs: OutputSet
    private let writer: ImageWriter

    /// Makes the temporary outputs, runs `body` and removes what it did not publish.
    static func run(
        _ build: RunningBuild, _ body: (ImageStage) throws -> BuildReport
    ) throws -> BuildReport {
        var options = OutputSet.Options(buildID: build.buildID)
        let request = build.plan.request
        options.owner = .init(user: request.user.id, group: request.user.group)
        options.overwritesOld = (request.environment["OVERWRITE_OLD_IMAGE"] ?? "0") != "0"
        options.checksumFiles = request.checksumFiles
        options.limits = build.limits
        return try OutputSet.withOutputs(build.outputs, options: options) { outputs in
            try body(ImageStage(build: build, outputs: outputs))
        }
    }

    private init(build: RunningBuild, outputs: OutputSet) {
        plan = build.plan
        layout = build.layout
        hasDiskImage = build.hasDiskImage
        steps = build.steps
        self.outputs = outputs
        writer = Self.writer(build, outputs)
    }

    private static func writer(
        _ build: RunningBuild, _ outputs: OutputSet, headroom: ByteCount = .zero
    ) -> ImageWriter {
        var options = ImageWriter.Options(
            request: build.plan.request, time: build.time, limits: build.limits)
        options.headroom = headroom
        return ImageWriter(
            layout: build.layout, tree: build.folders.tree, scratch: build.folders.image,
            outputs: outputs, options: options)
    }

    /// Whether one of the outputs holds a file system.
    let hasDiskImage: Bool

    /// Writes all outputs from the finished tree and publishes them.
    func writeOutputs(_ build: RunningBuild) throws -> BuildReport {
        let measure = try measure(build, writer)
        let work = try outputWork(build, measure)
        var jobs = work.jobs(from: .tree)
        if hasDiskImage {
            let disk = OutputJob {
                try writeDisk(measure)
                return work.jobs(from: .disk)
            }
            jobs.insert(disk, at: 0)
        }
        try OutputJob.run(jobs)
        return try publish(build, work)
    }

    private func measure(
        _ build: RunningBuild, _ writer: ImageWriter
    ) throws -> ImageWriter.Measure {
        let measure = try steps.run(.measureTree) { try writer.measure() }
        guard hasDiskImage else { return measure }
        if let text = measure.growthNote(layout) { build.note(text) }
        for placed in measure.disks.flatMap(\.volumes) {
            guard let point = placed.volume.mountPoint, let losses = placed.usage.fatLosses.text
            else { continue }
            build.note("'\(point)' is \(losses)")
        }
        return measure
    }

    /// Checks that every format can hold the tree, and makes the jobs that write it.
    private func outputWork(
        _ build: RunningBuild, _ measure: ImageWriter.Measure
    ) throws -> OutputWork {
        var options = FormatWriter.Options(
            request: plan.request, time: build.time, identity: measure.digest,
            limits: build.limits)
        options.volumes = build.volumes.map { String($0.dropFirst()) }
        let formats = FormatWriter(
            tree: build.folders.tree, image: writer.image, outputs: outputs, options: options)
        try formats.check()
        let others = layout.disks.dropFirst().map { disk in
            formats.writing(disk: disk.name, from: writer.image(of: disk.name))
        }
        return OutputWork(
            build.outputs, steps: steps, outputs: outputs, writers: [formats] + others,
            documents: try BuildDocuments(build, measure), ramdisk: try build.ramdiskWriter())
    }

    /// Writes the file systems, runs `finish` on them while they are mounted over the tree, and publishes the outputs.
    ///
    /// `phases` is told the device names that the contract promises to the last hooks.
    func withMountedFileSystems(
        _ build: RunningBuild, _ phases: PhaseRunner, finish: () throws -> Void
    ) throws -> BuildReport {
        let writer = Self.writer(build, outputs, headroom: Self.finishingHeadroom)
        let measure = try measure(build, writer)
        try steps.run(.writeFileSystem) {
            try writer.writeFileSystem(measure, except: \.isStaged)
        }
        if layout.hasTables {
            try steps.run(.writePartitionTable) { try writer.writePartitionTable(measure) }
        }
        let mounted = try steps.run(.mountImage) {
            try MountedImage(measure, over: build.folders.tree, writer)
        }
        build.devices = mounted.devices
        build.volumes = mounted.innerPoints
        phases.announce(mounted.devices, size: measure.imageSize)
        try mounted.checking(finish)
        let work = try outputWork(build, measure)
        try OutputJob.run(work.jobs(from: .tree))
        let bootLoader = try writer.readBootLoader()
        try steps.run(.trimImage) {
            try mounted.finish()
            try writer.gatherVolumes(measure, wereMounted: true)
        }
        build.volumes = []
        if layout.volumes.contains(where: \.isStaged) {
            try steps.run(.writeStaged) { try writer.writeLater(measure, \.isStaged) }
        }
        if let bootLoader {
            try steps.run(.writeBootLoader) { try writer.write(bootLoader, measure) }
        }
        try OutputJob.run(work.jobs(from: .disk))
        return try publish(build, work)
    }

    private func writeDisk(_ measure: ImageWriter.Measure) throws {
        try steps.run(.writeFileSystem) {
            try writer.writeFileSystem(measure)
            try writer.gatherVolumes(measure)
        }
        guard layout.hasTables else { return }
        try steps.run(.writePartitionTable) {
            try writer.writePartitionTable(measure)
            if let bootLoader = try writer.readBootLoader() {
                try writer.write(bootLoader, measure)
            }
        }
    }

    private func publish(_ build: RunningBuild, _ work: OutputWork) throws -> BuildReport {
        try OutputJob.run(work.jobs(from: .outputs))
        work.warnings.forEach { build.warn($0) }
        work.notes.forEach { build.note($0) }
        try steps.run(.sync) { try outputs.sync() }
        let published = try steps.run(.publish) {
            try build.link.awaitConsent()
            return try outputs.publish(digests: work.digests)
        }
        let artifacts = published.map { output in
            Artifact(
                format: output.format, path: output.path.string, size: output.size,
                allocated: output.allocated, sha256: output.sha256)
        }
        for artifact in artifacts { build.events.send(.artifactFinished(artifact)) }
        try loadContainer(build)
        for output in published {
            if let kept = output.keptAs { build.note("kept the previous output as '\(kept)'") }
        }
        let encryption = hasDiskImage ? layout.encryptions.first : nil
        let mounted = hasDiskImage ? layout.volumes.first { !$0.type.isReproducible } : nil
        if let hook = build.isMountedFor {
            build.note("not reproducible: mounted for \(hook.sortName)")
        } else if let mounted {
            build.note("not reproducible: \(mounted.type.rawValue) is filled while it is mounted")
        } else if let encryption {
            build.note(
                "not reproducible: the LUKS volume '\(encryption.name)' has a new key in each build"
            )
        }
        return BuildReport(
            artifacts: artifacts, timings: steps.timings, warnings: build.warnings,
            isReproducible: build.isMountedFor == nil && mounted == nil && encryption == nil)
    }

    /// Loads the docker output under the name that --docker-target gives it.
    ///
    /// The outputs are published: what goes wrong here is a warning.
    private func loadContainer(_ build: RunningBuild) throws {
        guard plan.request.dockerTarget != nil, let archive = outputs[.docker] else { return }
        try steps.run(.loadContainer) {
            let path = plan.request.environment["PATH"] ?? ""
            guard let engine = ContainerEngine.find(path: path) else {
                build.warn(
                    "no container engine is installed here; where there is one, run"
                        + " 'docker load --input \(archive.path)'")
                return
            }
            do {
                try ContainerEngine.load(
                    archive.path, with: engine, as: build.credentials, limits: build.limits)
            } catch let error as BuildError where error.code != .interrupted {
                build.warn("'\(archive.path)' was not loaded: \(error.message)")
            }
        }
    }
}
