// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// The plugins of Tests/FrozenPlugins, as they were built when a version of the contract was frozen: every later dibhost
/// has to load them.
package enum FrozenPlugins {
    /// The files of the first contract.
    package static let folder = BuiltProducts.repository.appending("Tests/FrozenPlugins/abi-1")

    /// Puts the plugin of that element into `plugins`.
    package static func copy(_ element: String, to plugins: FilePath) throws {
        try Command(
            "install",
            ["-D", "--mode=0755", folder.appending("\(element).so").string]
                + [plugins.appending("\(element).so").string]
        ).checkedOutput()
    }
}
