// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// Digests of whole files, computed by coreutils.
enum FileDigests {
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
}
