// SPDX-License-Identifier: Apache-2.0

package import Planning

/// What a dry run needs to know: the plugin, its parameters, and who asked.
package struct TrialOrder: Codable, Sendable {
    /// The plugin's file, an absolute path.
    package var plugin: String
    package var manifest: ElementManifest
    /// By name; a parameter without value is missing.
    package var parameters: [String: String]
    /// The architecture that is built for, by Debian's name.
    package var architecture: String
    package var user: BuildRequest.InvokingUser
    /// The longest time that one hook may take, in seconds.
    package var deadline: Int

    package init(
        plugin: String, manifest: ElementManifest, parameters: [String: String],
        architecture: String, user: BuildRequest.InvokingUser, deadline: Int
    ) {
        self.plugin = plugin
        self.manifest = manifest
        self.parameters = parameters
        self.architecture = architecture
        self.user = user
        self.deadline = deadline
    }
}
