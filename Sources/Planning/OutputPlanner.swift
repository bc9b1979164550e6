// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The names of a request's outputs.
struct OutputPlanner {
    private let request: BuildRequest
    private let layout: DiskLayout
    private let formats: [OutputFormat]
    /// Without an ending.
    private let name: String

    /// - Throws: `BuildError` with status 2 for what cannot be made of the formats asked for.
    static func outputs(
        _ request: BuildRequest, layout: DiskLayout
    ) throws -> [BuildPlan.PlannedOutput] {
        try request.checkDockerTarget()
        guard !request.writesBlockMap || request.formats.contains(.raw) else {
            throw BuildError(
                .refused, "--bmap maps a raw image, and the build makes none",
                hint: "Add 'raw' to -t.")
        }
        let outputs = OutputPlanner(request: request, layout: layout).outputs
        var paths: Set<String> = []
        for output in outputs where !paths.insert(output.path).inserted {
            throw BuildError(
                .refused, "two outputs would be called '\(output.path)'",
                hint: "Give another name with -o, or the disk another name or directory.")
        }
        return outputs
    }

    private init(request: BuildRequest, layout: DiskLayout) {
        self.request = request
        self.layout = layout
        var formats: [OutputFormat] = []
        for format in request.formats where !formats.contains(format) { formats.append(format) }
        self.formats = formats
        name = request.imageName
    }

    private var outputs: [BuildPlan.PlannedOutput] {
        let companions: [(isWanted: Bool, format: OutputFormat)] = [
            (request.makesRamdisk, .kernel), (request.makesRamdisk, .initramfs),
            (request.writesBlockMap, .bmap), (request.writesBillOfMaterials, .sbom),
            (request.writesManifest, .manifest),
        ]
        return (formats + companions.filter(\.isWanted).map(\.format)).flatMap(outputs)
    }

    /// One file, of a disk image one for each disk: the first disk has the image's name, others have theirs behind it, or
    /// as the original calls them when they have a folder of their own.
    private func outputs(of format: OutputFormat) -> [BuildPlan.PlannedOutput] {
        let ending = format.fileExtension
        let first = BuildPlan.PlannedOutput(format: format, path: "\(name).\(ending)")
        guard format.isDiskImage else { return [first] }
        return [first]
            + layout.disks.dropFirst().map { disk in
                let stem = disk.directory.map { "\($0)/\(disk.name)" } ?? "\(name)-\(disk.name)"
                return .init(format: format, path: "\(stem).\(ending)", disk: disk.name)
            }
    }
}
