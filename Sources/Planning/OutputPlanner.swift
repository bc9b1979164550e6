// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The names of a request's outputs.
enum OutputPlanner {
    /// Of a single format the ending is taken off the name first, so that `-o a.qcow2` makes a.qcow2.
    ///
    /// - Throws: `BuildError` with status 2 for what cannot be made of the formats asked for.
    static func outputs(_ request: BuildRequest) throws -> [BuildPlan.PlannedOutput] {
        try request.checkDockerTarget()
        guard !request.writesBlockMap || request.formats.contains(.raw) else {
            throw BuildError(
                .refused, "--bmap maps a raw image, and the build makes none",
                hint: "Add 'raw' to -t.")
        }
        var formats: [OutputFormat] = []
        for format in request.formats where !formats.contains(format) { formats.append(format) }
        var name = request.imageName
        if let only = formats.first, formats.count == 1, name.hasSuffix("." + only.fileExtension) {
            name.removeLast(only.fileExtension.count + 1)
        }
        let companions: [(isWanted: Bool, format: OutputFormat)] = [
            (request.writesBlockMap, .bmap), (request.writesBillOfMaterials, .sbom),
            (request.writesManifest, .manifest),
        ]
        formats += companions.filter(\.isWanted).map(\.format)
        return formats.map { .init(format: $0, path: "\(name).\($0.fileExtension)") }
    }
}
