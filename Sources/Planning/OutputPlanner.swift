// SPDX-License-Identifier: Apache-2.0

/// The names of a request's outputs.
enum OutputPlanner {
    /// Of a single format the ending is taken off the name first, so that `-o a.qcow2` makes a.qcow2.
    static func outputs(_ request: BuildRequest) -> [BuildPlan.PlannedOutput] {
        var formats: [OutputFormat] = []
        for format in request.formats where !formats.contains(format) { formats.append(format) }
        var name = request.imageName
        if let only = formats.first, formats.count == 1, name.hasSuffix("." + only.fileExtension) {
            name.removeLast(only.fileExtension.count + 1)
        }
        return formats.map { .init(format: $0, path: "\(name).\($0.fileExtension)") }
    }
}
