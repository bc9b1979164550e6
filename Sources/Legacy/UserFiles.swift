// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
internal import SystemPackage

/// Folders and files to be made by one process, as the user whose hooks find them.
///
/// It is they who may change what lies on the way there. A value; nothing happens until `make`.
package struct UserFiles {
    /// nil for the user of this process.
    let user: Command.Credentials?
    private var folders: [String] = []
    private var copies: [String] = []
    private var files: [(path: String, text: String)] = []
    private var programs: [String] = []

    package init(user: Command.Credentials? = nil) { self.user = user }

    /// Adds a folder, and the folders above it that are missing; all with mode 0755.
    mutating func addFolder(_ path: FilePath) { folders.append(path.string) }

    /// Adds a file with mode 0644, or 0755 for programs; what is there already, a link too, gives way to it.
    mutating func addFile(_ path: FilePath, _ text: String, isProgram: Bool = false) {
        files.append((path.string, text))
        if isProgram { programs.append(path.string) }
    }

    /// Adds copies of files and folders to the folder `target`; modes and times are kept, owners are not.
    mutating func addCopies(of sources: [FilePath], in target: FilePath) {
        guard !sources.isEmpty else { return }
        let options = "--archive --no-preserve=ownership --target-directory"
        copies.append(
            "cp \(options) \(Self.words([target.string])) -- \(Self.words(sources.map(\.string)))")
    }

    /// Makes all folders, then copies, then files.
    ///
    /// - Throws: `BuildError` with what the first program that failed said.
    package func make() throws {
        var script = ["set -e", "umask 022"]
        if !folders.isEmpty { script.append("mkdir -p -- \(Self.words(folders))") }
        script += copies
        // Without this, a link that was copied would be written through.
        if !files.isEmpty { script.append("rm -f -- \(Self.words(files.map(\.path)))") }
        script += files.map { "printf %s \($0.text.shellQuoted) >\($0.path.shellQuoted)" }
        if !programs.isEmpty { script.append("chmod 0755 -- \(Self.words(programs))") }
        var command = Command("sh", ["-s"])
        command.credentials = user
        command.standardInput = .text(script.joined(separator: "\n") + "\n")
        try command.checkedOutput()
    }

    private static func words(_ texts: [String]) -> String {
        texts.map(\.shellQuoted).joined(separator: " ")
    }
}
