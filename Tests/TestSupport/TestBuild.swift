// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import SystemPackage

/// A build with dibhost in a test's own folder: how to start it, and what it must not leave behind.
///
/// The folder's name is in the environment of each of the build's processes and in the path of each of its mounts
/// and image files, so that builds of other tests are never mistaken for this one's.
package struct TestBuild: Sendable {
    package let folder: FilePath
    package var scratch: FilePath { folder.appending("scratch") }
    package var output: FilePath { folder.appending("out") }
    package var plugins: FilePath { folder.appending("plugins") }
    package var elements: FilePath { folder.appending("elements") }

    package init(in folder: FilePath) throws {
        self.folder = folder
        for path in [scratch, output, elements] {
            try Command("mkdir", ["-p", "--", path.string]).checkedOutput()
        }
        _ = try BuiltProducts.pluginFolder(in: folder)
    }

    /// Writes a shell element: files by their path, those in folders named NAME.d as scripts.
    package func addElement(_ name: String, _ files: [String: String]) throws {
        let home = elements.appending(name)
        for (file, text) in files {
            if file.contains(".d/"), !file.hasPrefix("environment.d/") {
                try TextFile.writeScript(
                    "#!/bin/bash\nset -eu\n" + text + "\n", to: home.appending(file))
            } else {
                try TextFile.write(text + "\n", to: home.appending(file))
            }
        }
    }

    /// `dibhost build` of some elements to out/image.
    package func command(
        _ elements: [String], formats: String = "raw", options: [String] = [],
        environment: [String: String] = [:]
    ) -> Command {
        let paths = [self.elements, BuiltProducts.fixtureElements, BuiltProducts.legacyElements]
        let arguments =
            ["build", "--plugin-dir", plugins.string]
            + paths.flatMap { ["--elements-path", $0.string] }
            + ["-t", formats, "-o", output.appending("image").string] + options + elements
        var variables = ProcessEnvironment.current
        variables["TMP_DIR"] = scratch.string
        variables["DIB_IMAGE_CACHE"] = folder.appending("cache").string
        variables.merge(environment) { _, new in new }
        var command = Command(
            BuiltProducts.dibhost.string, arguments, environment: variables)
        command.workingDirectory = folder
        return command
    }

    /// What is left of the build: processes, mounts, loop devices.
    ///
    /// Waits a little for the kernel to finish.
    package func leftovers() throws -> [String] {
        var found: [String] = []
        for _ in 0..<100 {
            found = try processes() + mounts() + loopDevices()
            if found.isEmpty { return [] }
            try Command("sleep", ["0.1"]).checkedOutput()
        }
        return found
    }

    /// The names of the files in the output folder.
    package func outputs() throws -> [String] {
        try FolderListing.entries(of: output).map(\.name)
    }

    private func processes() throws -> [String] {
        try FolderListing.entries(of: "/proc").compactMap { entry in
            guard Int32(entry.name) != nil else { return nil }
            let process = FilePath("/proc").appending(entry.name)
            let texts = ["environ", "cmdline", "mountinfo"].map { procText(process.appending($0)) }
            guard texts.contains(where: { $0.contains(folder.string) }) else { return nil }
            let line = texts[1].split(separator: "\0").joined(separator: " ")
            return line.isEmpty ? nil : "process \(entry.name): \(line)"
        }
    }

    private func mounts() throws -> [String] {
        procText("/proc/self/mountinfo").split(separator: "\n").map(String.init)
            .filter { $0.contains(folder.string) }.map { "mount: \($0)" }
    }

    private func loopDevices() throws -> [String] {
        try Command("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"])
            .checkedOutput().split(separator: "\n").map(String.init)
            .filter { $0.contains(folder.string) }.map { "loop device: \($0)" }
    }

    /// A file of /proc, or nothing when its process has ended meanwhile.
    private func procText(_ path: FilePath) -> String { (try? TextFile.read(path)) ?? "" }
}
