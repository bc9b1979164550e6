// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Vendors' libraries in C and C++, Tests/FixtureLibraries, which tests compile and turn into elements.
package enum FixtureLibrary {
    /// Compiles `source`, such as "nic.c", to `file`, and adds `manifest` with objcopy, as a vendor would.
    package static func build(
        _ source: String, manifest: String, to file: FilePath, flags: [String] = []
    ) throws {
        let compiler = source.hasSuffix(".cpp") ? "g++" : "cc"
        let path = BuiltProducts.repository.appending("Tests/FixtureLibraries/\(source)").string
        let header = BuiltProducts.repository.appending("Sources/CElement/include").string
        try Command(
            compiler,
            ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-I", header] + flags
                + [path, "-o", file.string]
        ).checkedOutput()
        let text = FilePath(file.string + ".json")
        try TextFile.write(manifest, to: text)
        try Command(
            "objcopy",
            [
                "--add-section", ".dib.manifest=\(text)", "--set-section-flags",
                ".dib.manifest=noload,readonly", file.string,
            ]
        ).checkedOutput()
        try Command("rm", [text.string]).checkedOutput()
    }
}
