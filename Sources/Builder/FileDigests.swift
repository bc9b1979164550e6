// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import SystemPackage

/// Digests of whole files and folders, computed by coreutils.
package enum FileDigests {
    /// "sha256:" and the hexadecimal digest of each file, in the order of `paths`.
    ///
    /// - Throws: `BuildError` when a file cannot be read.
    static func sha256(of paths: [FilePath], limits: Command.Limits) throws -> [String] {
        guard !paths.isEmpty else { return [] }
        // --zero: no escapes for odd names, and one record per file.
        let output = try Command("sha256sum", ["--zero", "--"] + paths.map(\.string))
            .checkedOutput(limits: limits)
        return output.split(separator: "\0").map { "sha256:" + $0.prefix(64) }
    }

    /// "sha256:" and the hexadecimal digest of a file.
    package static func sha256(ofFile path: FilePath) throws -> String {
        try sha256(of: [path], limits: .init())[0]
    }

    /// Names, kinds, modes, links and contents, sorted by name; one digest a folder.
    private static let folderScript = """
        set -eu -o pipefail
        for folder; do
            cd -- "$folder"
            {
                find . -printf '%y %m %p %l\\0' | sort -z
                find . -xtype f -print0 | sort -z | xargs -0 -r sha256sum --zero --
            } | sha256sum
        done
        """

    /// "sha256:" and the hexadecimal digest of all files in each folder, in the order of `paths`.
    ///
    /// A link counts with its target and, where that is a file, with its content.
    ///
    /// - Throws: `BuildError` when something in a folder cannot be read.
    package static func sha256(
        ofFolders paths: [FilePath], limits: Command.Limits = .init()
    ) throws -> [String] {
        guard !paths.isEmpty else { return [] }
        var environment = ProcessEnvironment.current
        environment["LC_ALL"] = "C"
        let folders = try paths.map { try WorkingDirectory.absolute($0).string }
        let output = try Command(
            "bash", ["-c", folderScript, "bash"] + folders, environment: environment
        ).checkedOutput(limits: limits)
        return output.split(separator: "\n").map { "sha256:" + $0.prefix(64) }
    }
}
