// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Planning

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
    private let done = Guarded(Done())

    init(
        _ formats: [OutputFormat], steps: StepRunner, outputs: OutputSet, writer: FormatWriter
    ) {
        self.formats = formats
        self.steps = steps
        self.outputs = outputs
        self.writer = writer
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
                let warnings = try steps.run(step) { try writer.write(format) }
                done.withValue { $0.warnings[format] = warnings }
                return [digestJob(format)]
            }
        }
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
