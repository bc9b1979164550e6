// SPDX-License-Identifier: Apache-2.0
import LinuxSystem
import SystemPackage
import TestSupport

/// A build of an element of the RPM family, from the repositories of the tests, in a folder of a test's own.
struct RPMBuild {
    let element: String
    let folder: FilePath
    let build: TestBuild
    let repositories: RPMRepositories
    /// Serves the repositories.
    var server: RecordingServer

    init(_ element: String, in folder: FilePath) throws {
        self.element = element
        self.folder = folder
        build = try TestBuild(in: folder)
        repositories = try RPMRepositories.shared()
        server = RecordingServer(of: repositories.folder, record: folder.appending("requests"))
    }

    /// The folder of each distribution's own server.
    private var serverFolder: String {
        ["fedora": "fedora", "opensuse": "opensuse", "rhel": "rhel"][element] ?? "el"
    }

    /// `dibhost build` of the element and `elements`, with the keyring of the vendor and the distribution's layout.
    ///
    /// A setting without "=" takes away the default of that name.
    func command(
        _ settings: [String] = [], elements: [String] = ["base"], options: [String] = [],
        environment: [String: String] = [:]
    ) -> Command {
        var values = [
            "mirror=\(RecordingServer.address)/\(serverFolder)",
            "keyring=\(repositories.key("vendor.asc"))", "retries=1",
        ]
        if element == "opensuse" { values.append("release=tumbleweed") }
        for setting in settings {
            let name = setting.prefix { $0 != "=" }
            values.removeAll { $0.hasPrefix(name + "=") }
            if setting.contains("=") { values.append(setting) }
        }
        return build.command(
            [element] + elements, formats: "tar",
            options: options + values.flatMap { ["--set", "\(element).\($0)"] },
            environment: environment)
    }

    /// Runs the build beside the server.
    func run(
        _ settings: [String] = [], elements: [String] = ["base"], options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Command.Captured {
        try run(
            command(settings, elements: elements, options: options, environment: environment))
    }

    /// Runs a command beside the server; what it prints comes as one output.
    func run(_ command: Command) throws -> Command.Captured {
        var merged = command
        merged.program = "/bin/sh"
        merged.arguments = ["-c", "exec \"$@\" 2>&1", "sh", command.program] + command.arguments
        return try server.serving(merged).capture(limits: .init(deadline: .seconds(600)))
    }

    /// The settings for the repository main and one more instead of the distribution's own.
    static func only(_ name: String) -> [String] {
        let address = RecordingServer.address
        return [
            "default-repositories=false", "repositories=\(address)/main,more=\(address)/\(name)",
        ]
    }

    /// The image, unpacked.
    func tree() throws -> FilePath {
        let tree = folder.appending("tree")
        try Command("mkdir", [tree.string]).checkedOutput()
        let image = build.output.appending("image.tar").string
        try Command(
            "tar",
            [
                "--xattrs", "--xattrs-include=security.selinux", "-xf", image, "-C", tree.string,
            ]
        ).checkedOutput()
        return tree
    }

    /// What rpm reads of the unpacked image's database.
    static func rpm(
        _ arguments: [String], in tree: FilePath, database: String = "/usr/lib/sysimage/rpm"
    ) throws -> String {
        try Command("rpm", ["--root", tree.string, "--dbpath", database] + arguments)
            .checkedOutput()
    }
}

extension Command.Captured {
    /// All that was printed.
    var text: String { (errorLines + [output]).joined(separator: "\n") }
}
