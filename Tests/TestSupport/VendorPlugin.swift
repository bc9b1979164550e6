// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// The elements of Tests/VendorPlugins, each built by the commands in its README.md.
package enum VendorPlugin: String, CaseIterable, Sendable {
    case c
    case cPlusPlus = "c++"
    case rust
    case cFunctions = "c-functions"

    /// The element's name.
    package var element: String {
        switch self {
        case .c: "acme-nic"
        case .cPlusPlus: "acme-raid"
        case .rust: "acme-gpu"
        case .cFunctions: "acme-hba"
        }
    }

    /// Builds the plugin from a copy of its folder, and puts it into `plugins`.
    package func build(in folder: FilePath, to plugins: FilePath) throws {
        // The command finds the header by its place in the repository.
        let copy = folder.appending("built-\(rawValue)")
        let place = "Sources/CElement/include/dib_element.h"
        let text = try TextFile.read(BuiltProducts.repository.appending(place))
        try TextFile.write(text, to: copy.appending(place))
        let source = "Tests/VendorPlugins/\(rawValue)"
        try Command("mkdir", ["-p", copy.appending("Tests/VendorPlugins").string]).checkedOutput()
        let home = copy.appending(source)
        try Command(
            "cp", ["-r", BuiltProducts.repository.appending(source).string, home.string]
        ).checkedOutput()
        let readme = try TextFile.read(home.appending("README.md"))
        for line in readme.split(separator: "\n") where line.hasPrefix("$ ") {
            var words = line.split(separator: " ").dropFirst().map(String.init)
            // Debian's compiler, also where another one comes first in PATH.
            if words[0] == "rustc" { words[0] = "/usr/bin/rustc" }
            var command = Command(words[0], Array(words.dropFirst()))
            command.workingDirectory = home
            try command.checkedOutput()
        }
        try Command(
            "install",
            ["-D", "--mode=0755", home.appending("\(element).so").string]
                + [plugins.appending("\(element).so").string]
        ).checkedOutput()
    }
}
