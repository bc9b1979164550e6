// SPDX-License-Identifier: Apache-2.0

/// What `dibhost plugin new` writes for one language.
///
/// The texts stand in the code as they are written; NAME is the element's name.
protocol PluginTemplate {
    /// The plugin's file, once it is built.
    var library: String { get }
    /// The command that builds it.
    var build: String { get }
    /// The texts of the files, by their path in the element's folder.
    var files: [(path: String, text: String)] { get }
}

extension PluginTemplate {
    /// What to type in the element's folder, in order.
    func commands(_ names: PluginNames) -> [String] {
        let folder = library.split(separator: "/").dropLast().joined(separator: "/")
        return [
            build,
            "dibhost plugin check \(library)",
            "dibhost --plugin-dir \(folder.isEmpty ? "." : folder) -o image debian vm "
                + names.element,
        ]
    }

    /// The manifest: one phase in the chroot, one parameter.
    func manifest(_ names: PluginNames) -> String {
        """
        {
            "schema": 1,
            "name": "\(names.element)",
            "version": "0.1.0",
            "summary": "Adds a line to the message of the day",
            "vendor": "Your Company",
            "license": "Apache-2.0",
            "abi": 1,
            "parameters": {
                "text": {
                    "type": "string",
                    "default": "hello from \(names.element)",
                    "doc": "The line that is shown at login."
                }
            },
            "phases": {
                "install": {
                    "order": 50
                }
            }
        }

        """
    }
}
