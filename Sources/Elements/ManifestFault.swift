// SPDX-License-Identifier: Apache-2.0

/// What is wrong at one place of a manifest.
struct ManifestFault: Error, Equatable {
    var path: JSONPath
    /// The rest of a sentence that begins with the path.
    var problem: String
    /// One sentence on what to do.
    var hint: String?

    /// The fault of the plugin that holds the manifest.
    var pluginFault: PluginFault {
        PluginFault("has a broken manifest: '\(path)' \(problem)", hint: hint)
    }
}
