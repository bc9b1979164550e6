// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The audit that every build of an image ends with.
struct BuildAuditTests {
    /// A tree with a host key, which is an error, and somebody's key, which is a warning.
    private static let leaks = """
        cd "$TARGET_ROOT"
        mkdir -p etc/ssh root/.ssh bin
        printf 'root:x:0:0:root:/root:/bin/sh\\n' >etc/passwd
        printf 'root:x:0:\\n' >etc/group
        echo 'private' >etc/ssh/ssh_host_rsa_key
        echo 'ssh-ed25519 AAAA somebody' >root/.ssh/authorized_keys
        """

    private func run(
        _ options: [String], program: String? = nil, in folder: FilePath
    ) throws -> (TestBuild, Command.Captured) {
        let build = try TestBuild(in: folder)
        try build.addElement(
            "leaky", ["root.d/10-leaky": Self.leaks, "element-provides": "operating-system"])
        var command = build.command(["leaky"], formats: "tar", options: ["-n"] + options)
        if let program {
            let link = folder.appending(program)
            try Command("ln", ["-s", BuiltProducts.dibhost.string, link.string]).checkedOutput()
            command.program = link.string
            command.arguments.removeFirst()
        }
        return (build, try command.capture(limits: .init(deadline: .seconds(60))))
    }

    @Test func errorsEndTheBuildAndNothingIsPublished() throws {
        try TemporaryFolder.with("audit") { folder in
            let (build, captured) = try run([], in: folder)
            #expect(captured.status == .exited(1))
            #expect(
                captured.text.contains("host-key: /etc/ssh/ssh_host_rsa_key"), "\(captured.text)")
            #expect(captured.text.contains("authorized-key: /root/.ssh/authorized_keys"))
            #expect(captured.text.contains("personal: do not distribute"))
            #expect(captured.text.contains("--audit-allow"))
            #expect(try build.outputs() == [] && build.leftovers() == [])
        }
    }

    /// Options, whether a warning of the host key is given, and whether one of the user's key.
    @Test(arguments: [
        (["--audit", "warn"], true, true), (["--audit-allow", "host-key"], false, true),
        (["--audit", "off"], false, false),
    ])
    func optionsSayWhatFollows(options: [String], warnsOfHostKey: Bool, warnsOfKey: Bool) throws {
        try TemporaryFolder.with("audit") { folder in
            let (build, captured) = try run(options, in: folder)
            #expect(captured.status == .exited(0), "\(captured.text)")
            #expect(captured.text.contains("host-key:") == warnsOfHostKey, "\(captured.text)")
            #expect(captured.text.contains("authorized-key:") == warnsOfKey, "\(captured.text)")
            #expect(try build.outputs() == ["image.tar"])
        }
    }

    @Test func underTheNamesOfTheOriginalErrorsAreWarnings() throws {
        try TemporaryFolder.with("audit") { folder in
            let (build, captured) = try run([], program: "disk-image-create", in: folder)
            #expect(captured.status == .exited(0), "\(captured.text)")
            #expect(captured.text.contains("host-key: /etc/ssh/ssh_host_rsa_key"))
            #expect(try build.outputs() == ["image.tar"])
        }
    }

    @Test(arguments: [
        (["--audit", "maybe"], "maybe"), (["--audit-allow", "host-keys"], "host-key'?"),
    ])
    func unknownWordsAreRefused(options: [String], message: String) throws {
        try TemporaryFolder.with("audit") { folder in
            let (build, captured) = try run(options, in: folder)
            #expect(captured.status == .exited(2))
            #expect(captured.text.contains(message), "\(captured.text)")
            #expect(try build.outputs() == [])
        }
    }
}
