// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Copies elements into a hook folder, as the user whose hooks run from it.
///
/// Modes and times are kept.
struct HookFolderCopy {
    let target: FilePath
    let user: Command.Credentials?

    /// Copies what lies at the top of the element in `folder`: files beside each other, folders merged.
    func add(_ entries: [FolderListing.Entry], of folder: FilePath) throws {
        let files = entries.filter { $0.kind == .file }
        try copy(files.map { folder.appending($0.name) }, to: target)
        for entry in entries where entry.kind == .folder {
            let source = folder.appending(entry.name)
            let merged = target.appending(entry.name)
            try run("mkdir", ["-p", "--", merged.string])
            let contents = try HookFolder.visibleEntries(of: source)
            try copy(contents.map { source.appending($0.name) }, to: merged)
        }
    }

    func makeFolder(_ path: FilePath) throws {
        try run("mkdir", ["-m", "0755", "--", path.string])
    }

    func addRunner() throws {
        let runner = target.appending(RunPartsScript.name)
        try run("install", ["-m", "0755", "/dev/stdin", runner.string], input: RunPartsScript.text)
    }

    /// Adds the file of environment.d that hooks of all phases but root see.
    func addInstallType(_ type: BuildRequest.InstallType) throws {
        let file = target.appending("environment.d/11-dib-install-type.bash")
        let name = "DIB_DEFAULT_INSTALLTYPE"
        try run(
            "install", ["-D", "-m", "0644", "/dev/stdin", file.string],
            input: "export \(name)=${\(name):-\(type.rawValue)}\n")
    }

    private func copy(_ sources: [FilePath], to folder: FilePath) throws {
        guard !sources.isEmpty else { return }
        let options = ["--archive", "--no-preserve=ownership", "--target-directory", folder.string]
        try run("cp", options + ["--"] + sources.map(\.string))
    }

    private func run(_ program: String, _ arguments: [String], input: String = "") throws {
        var command = Command(program, arguments)
        command.credentials = user
        command.standardInput = .text(input)
        try command.checkedOutput()
    }
}
