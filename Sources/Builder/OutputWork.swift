// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage

/// Makes and digests outputs, side by side as far as cores are free, and collects what came of it.
final class OutputWork: Sendable {
    private struct Done {
        var digests: [Digest] = []
        var warnings: [OutputFormat: [String]] = [:]
    }

    private let formats: [OutputFormat]
    private let steps: StepRunner
    private let outputs: OutputSet
    private let writer: FormatWriter
    private let documents: BuildDocuments
    private let done = Guarded(Done())

    init(
        _ formats: [OutputFormat], steps: StepRunner, outputs: OutputSet, writer: FormatWriter,
        documents: BuildDocuments
    ) {
        self.formats = formats
        self.steps = steps
        self.outputs = outputs
        self.writer = writer
        self.documents = documents
    }

    var digests: [Digest] { done.withValue { $0.digests } }

    /// What the user should know, in the order of the formats: only the build's own thread may hand it on.
    var warnings: [String] {
        let warnings = done.withValue { $0.warnings }
        return formats.flatMap { warnings[$0] ?? [] }
    }

    /// The jobs that make all outputs whose source is there.
    func jobs(from source: OutputFormat.Source) -> [OutputJob] {
        formats.filter { $0.source == source }.map { format in
            guard let step = PlannedStep.output(format) else { return digestJob(format) }
            return OutputJob(cores: format.usesAllCores ? OutputJob.allCores : 1) { [self] in
                let warnings = try steps.run(step) { try write(format) }
                done.withValue { $0.warnings[format] = warnings }
                return [digestJob(format)]
            }
        }
    }

    private func write(_ format: OutputFormat) throws -> [String] {
        guard let output = outputs[format] else { return [] }
        switch format {
        case .manifest:
            let text = try documents.manifest(of: outputs.files, digests)
            try output.descriptor.writeAll(text)
        case .sbom: try output.descriptor.writeAll(documents.billOfMaterials())
        default: return try writer.write(format)
        }
        return []
    }

    private func digestJob(_ format: OutputFormat) -> OutputJob {
        OutputJob { [self] in
            guard let file = outputs[format] else { return [] }
            let digests = try steps.run(.digest(of: format)) {
                try outputs.computeDigests(of: file)
            }
            done.withValue { $0.digests += digests }
            return []
        }
    }
}
