// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import Ramdisk
import SystemPackage

/// Makes and digests outputs, side by side as far as cores are free, and collects what came of it.
final class OutputWork: Sendable {
    private struct Done {
        var digests: [Digest] = []
        /// By the index of the output.
        var warnings: [Int: [String]] = [:]
        /// What is worth knowing of the ramdisk.
        var notes: [String] = []
    }

    private let planned: [BuildPlan.PlannedOutput]
    private let steps: StepRunner
    private let outputs: OutputSet
    /// One for each disk, the first one's for all that is no disk.
    private let writers: [FormatWriter]
    private let documents: BuildDocuments
    /// nil in a build without a ramdisk.
    private let ramdisk: RamdiskWriter?
    private let done = Guarded(Done())

    init(
        _ planned: [BuildPlan.PlannedOutput], steps: StepRunner, outputs: OutputSet,
        writers: [FormatWriter], documents: BuildDocuments, ramdisk: RamdiskWriter?
    ) {
        self.ramdisk = ramdisk
        self.planned = planned
        self.steps = steps
        self.outputs = outputs
        self.writers = writers
        self.documents = documents
    }

    var digests: [Digest] { done.withValue { $0.digests } }

    /// What the user should know, in the order of the outputs: only the build's own thread may hand it on.
    var warnings: [String] {
        let warnings = done.withValue { $0.warnings }
        return planned.indices.flatMap { warnings[$0] ?? [] }
    }

    /// What is worth knowing, and nothing to worry about.
    var notes: [String] { done.withValue { $0.notes } }

    /// The jobs that make all outputs whose source is there.
    func jobs(from source: OutputFormat.Source) -> [OutputJob] {
        planned.enumerated().filter { $0.element.format.source == source }.map { index, output in
            guard let step = PlannedStep.output(output.format, disk: output.disk) else {
                return digestJob(output)
            }
            let cores = output.format.usesAllCores ? OutputJob.allCores : 1
            return OutputJob(cores: cores) { [self] in
                let warnings = try steps.run(step) { try write(output) }
                done.withValue { $0.warnings[index] = warnings }
                return [digestJob(output)]
            }
        }
    }

    private func write(_ planned: BuildPlan.PlannedOutput) throws -> [String] {
        guard let output = outputs[planned.format, disk: planned.disk] else { return [] }
        do {
            return try write(planned, to: output)
        } catch {
            throw output.explain(error)
        }
    }

    private func write(
        _ planned: BuildPlan.PlannedOutput, to output: OutputFile
    ) throws -> [String] {
        switch planned.format {
        case .manifest:
            let text = try documents.manifest(of: outputs.files, digests)
            try output.descriptor.writeAll(text)
        case .kernel: try ramdisk?.writeKernel(to: output.descriptor)
        case .initramfs:
            let note = try ramdisk?.writeInitramfs(to: output.descriptor)
            done.withValue { $0.notes += note.map { [$0] } ?? [] }
        case .sbom: try output.descriptor.writeAll(documents.billOfMaterials())
        default: return try writers.first { $0.disk == planned.disk }?.write(planned.format) ?? []
        }
        return []
    }

    private func digestJob(_ output: BuildPlan.PlannedOutput) -> OutputJob {
        OutputJob { [self] in
            guard let file = outputs[output.format, disk: output.disk] else { return [] }
            let digests = try steps.run(.digest(of: output.format, disk: output.disk)) {
                try outputs.computeDigests(of: file)
            }
            done.withValue { $0.digests += digests }
            return []
        }
    }
}
