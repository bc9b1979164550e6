// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Plugins that were built when the contract was frozen, and are kept as files, work in this dibhost.
@Suite struct FrozenPluginTests {
    /// What the element logs in each phase of a build of an image.
    private static let lines = [
        "check: set_disk_layout 1", "root: architecture amd64",
        "extra-data: open_user_file of the user", "extra-data: status 3", "extra-data: signal 0",
        "extra-data: output as expected", "pre-install: publish 0",
        "pre-install: publish ill-formed 22", "pre-install: open_user_file -1",
        "install: install_packages 0", "install: add_to_ramdisk 1",
        "post-install: value published", "post-install: target.root /",
        "post-root: open_target_file frozen", "block-device: set_disk_layout 0",
        "pre-finalise: root label every-new", "finalise: unknown value (none)",
    ]

    @Test
    func `each service of the host does what it did`() throws {
        try TemporaryFolder.with("frozen") { folder in
            let build = try TestBuild(in: folder)
            try FrozenPlugins.copy("every-service", to: build.plugins)
            let file = folder.appending("file")
            try TextFile.write("of the user\n", to: file)
            let options = ["--root-label", "every-old", "--set", "every-service.file=\(file)"]
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", "every-service"], formats: "raw,tar", options: options))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            var said: [String] = []
            var warned: [String] = []
            for event in outcome.events {
                if case .message(.info, let text) = event { said.append(text) }
                if case .message(.warning, let text) = event { warned.append(text) }
            }
            let prefix = "every-service "
            #expect(
                said.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
                    == Self.lines)
            #expect(warned.contains { $0.contains("every-service cleanup: done") }, "\(warned)")
            let tar = build.output.appending("image.tar").string
            let list = try Command("tar", ["-tvf", tar, "./etc/every-service"]).checkedOutput()
            #expect(list.hasPrefix("-rw-r----- "))
        }
    }

    @Test
    func `a failure keeps its message, number and hint`() throws {
        try TemporaryFolder.with("frozen") { folder in
            let build = try TestBuild(in: folder)
            try FrozenPlugins.copy("every-service", to: build.plugins)
            let file = folder.appending("file")
            try TextFile.write("of the user\n", to: file)
            let options = ["every-service.fail=yes", "every-service.file=\(file)"]
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", "every-service"], formats: "tar",
                    options: options.flatMap { ["--set", $0] }))
            let errors = outcome.events.compactMap { event in
                if case .buildFailed(let error) = event { error } else { nil }
            }
            let error = try #require(errors.first)
            #expect(error.message == "told to fail")
            #expect(error.cause == "the element's error 7")
            #expect(error.hint == "Look at what changed in the contract.")
        }
    }

    /// C, C++, Rust, plain functions and Swift.
    @Test(arguments: ["acme-nic", "acme-raid", "acme-gpu", "acme-hba", "every-service", "scribe"])
    func `each of them passes the check and takes part in a build`(element: String) throws {
        try TemporaryFolder.with("frozen") { folder in
            let build = try TestBuild(in: folder)
            try FrozenPlugins.copy(element, to: build.plugins)
            let library = build.plugins.appending("\(element).so").string
            let check = try DibhostRun(["plugin", "check", library], in: folder)
            #expect(check.status == .exited(0), "\(check.output)\(check.errors)")
            guard element != "every-service" else { return }
            let options = element == "scribe" ? ["--set", "scribe.work=write /etc/s root"] : []
            try build.command(["-n", "tiny-os", element], formats: "tar", options: options)
                .checkedOutput()
        }
    }
}
