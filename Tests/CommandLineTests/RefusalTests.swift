// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Test
private func everyRefusalSaysWhatIsWrongAndWhatToDo() throws {
    try TemporaryFolder.with("refusals") { folder in
        try makeFiles(in: folder)
        try makePlugins(in: folder.appending("plugins"))
        try makeBrokenPlugins(in: folder.appending("broken"))
        let before = try Command("find", [folder.string, "-ls"]).checkedOutput()
        let all =
            badArguments + badFolders + badElements + badPlugins + badLayouts + badDisks
            + badSurroundings
        for refusal in all {
            let run = try DibhostRun(
                refusal.arguments, in: folder, environment: refusal.environment)
            let shown = Comment(rawValue: refusal.arguments.joined(separator: " "))
            #expect(run.errors == "dibhost: error: " + refusal.text, shown)
            #expect(run.status == .exited(2), shown)
            #expect(run.output.isEmpty, shown)
        }
        #expect(try Command("find", [folder.string, "-ls"]).checkedOutput() == before)
    }
}

@Test
private func whatTheMachineLacksIsRefusedWithStatus3() throws {
    try TemporaryFolder.with("lacking") { folder in
        for (name, mode) in [(".", "0755"), ("plugins", "0755"), ("free", "0777")] {
            try Command("install", ["-d", "-m", mode, folder.appending(name).string])
                .checkedOutput()
        }
        let system = #""provides": ["operating-system"]"#
        let tools = #", "tools": {"no-such-tool": "tool-package"}"#
        for (name, members) in [("os", system), ("needy", system + tools)] {
            try TestPlugin.write(
                TestPlugin.manifest(name, members), to: folder.appending("plugins/\(name).so"))
        }
        let arguments = ["--plugin-dir", "plugins", "-n", "-t", "tar", "-o", "free/a"]
        let missing = try DibhostRun(arguments + ["needy"], in: folder)
        #expect(missing.status == .exited(3))
        #expect(
            missing.errors == """
                dibhost: error: missing program 'no-such-tool'
                  hint: Run 'apt-get install tool-package'.
                """)

        let nobody = Command.Credentials(user: 65534, group: 65534, groups: [])
        let powerless = try DibhostRun(arguments + ["os"], in: folder, as: nobody)
        #expect(powerless.status == .exited(3))
        #expect(
            powerless.errors == """
                dibhost: error: a build needs root, and sudo does not give it without a password
                  hint: Run dibhost as root, or allow it: \
                echo 'nobody ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/nobody
                """)
        try expectThatMissingSudoIsNamed(arguments + ["os"], in: folder, as: nobody)
        let closed = ["--plugin-dir", "plugins", "-n", "-t", "tar", "-o", "a", "os"]
        let unwritable = try DibhostRun(closed, in: folder, as: nobody)
        #expect(unwritable.status == .exited(2))
        #expect(
            unwritable.errors == """
                dibhost: error: output folder '.' is not writable for user 'nobody'
                  hint: Choose another folder, or change the owner or mode of this one.
                """)
    }
}

/// In a mount namespace of its own the machine's sudo is no program.
private func expectThatMissingSudoIsNamed(
    _ arguments: [String], in folder: FilePath, as user: Command.Credentials
) throws {
    let script = """
        ! sudo=$(command -v sudo) || mount --bind /dev/null "$sudo"
        exec setpriv --reuid \(user.user) --regid \(user.group) --clear-groups "$0" "$@"
        """
    var command = Command(
        "unshare",
        ["--mount", "sh", "-euc", script, folder.appending("dibhost").string] + arguments)
    command.workingDirectory = folder
    let run = try command.capture()
    #expect(run.status == .exited(3))
    #expect(
        run.errorLines == [
            "dibhost: error: a build needs root, and sudo does not give it without a password: "
                + "sudo is not installed",
            "  hint: Run dibhost as root, or allow it: "
                + "echo 'nobody ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/nobody",
        ])
}

private func makeFiles(in folder: FilePath) throws {
    let files = [
        "syntax.yaml": "a: [1\nb: 2\n", "key.yaml": "# comment\noffline: yes\nimagesize: 3\n",
        "flag.yaml": "offline: perhaps\n", "set.yaml": "set:\n  os: trixie\n",
        "disk.yaml": """
        - local_loop:
            name: image0
            mkfs: {type: ext4, mount: {mount_point: /, fstab: {
                fck-passno: 1}}}

        """,
        "scripts/egg/element-deps": "hen\n", "scripts/hen/element-deps": "egg\n",
    ]
    for (name, text) in files { try TextFile.write(text, to: folder.appending(name)) }
    for (name, mode) in [
        ("open", "0777"), ("taken.tar", "0755"), ("plugins", "0755"), ("broken", "0755"),
    ] {
        try Command("install", ["-d", "-m", mode, folder.appending(name).string]).checkedOutput()
    }
}

private func makePlugins(in folder: FilePath) throws {
    let system = #""provides": ["operating-system"]"#
    let release =
        #""release": {"type": "string", "doc": "d", "choices": ["bookworm", "trixie"]}"#
    let types =
        #""fast": {"type": "boolean", "doc": "d"}, "count": {"type": "integer", "doc": "d"}"#
    let loader = #"""
        "requires": ["block-device"], "provides": ["bootloader"], "parameters": {"firmware":
          {"type": "string", "doc": "d", "default": "auto", "choices": ["auto", "bios", "efi"]}}
        """#
    let disk = #"""
        "provides": ["block-device"], "architectures": ["amd64"], "layouts": {"default": [
          {"local_loop": {"name": "image0"}},
          {"partitioning": {"base": "image0", "label": "mbr", "partitions": [{"name": "root",
            "size": "rest", "mkfs": {"name": "mkfs_root", "mount": {"mount_point": "/"}}}]}}]}
        """#
    let manifests = [
        "base": "", "os": system + ", \"parameters\": {\(release)}",
        "os2": system + ", \"parameters\": {\(types)}",
        "vm": #""provides": ["block-device"]"#, "loader": loader, "block-device-mbr": disk,
    ]
    for (name, members) in manifests {
        try TestPlugin.write(
            TestPlugin.manifest(name, members), to: folder.appending("\(name).so"))
    }
}

private func makeBrokenPlugins(in folder: FilePath) throws {
    let whole = folder.appending("whole.so")
    try TestPlugin.write(TestPlugin.manifest("other-machine"), to: whole)
    let bytes = try FileDescriptor.contents(of: whole)
    try Command("rm", [whole.string]).checkedOutput()
    var arm = bytes
    arm[18] = 183
    var bits = bytes
    bits[4] = 1
    let copies = [
        "arm.so": arm, "bits.so": bits, "cut.so": Array(bytes.prefix(4096)),
        "text.so": Array("no plugin".utf8),
    ]
    for (name, contents) in copies {
        let file = try FileDescriptor.open(
            folder.appending(name), .writeOnly, options: [.create, .truncate],
            permissions: [.ownerReadWrite])
        try file.closeAfter { _ = try file.writeAll(contents) }
    }
    try TestPlugin.write(nil, to: folder.appending("libBare.so"))
    try TestPlugin.write("{}", to: folder.appending("empty.so"))
    try TestPlugin.write(
        #"{"schema": 1, "name": "newer", "version": "1", "summary": "s", "abi": 2}"#,
        to: folder.appending("newer.so"))
    try TestPlugin.write(
        TestPlugin.manifest("mute"), to: folder.appending("mute.so"), symbol: "dib_element_v2")
    let library = folder.appending("libnowhere.so")
    try TestPlugin.write(nil, to: library, flags: ["-Wl,-soname,libnowhere.so.9"])
    try TestPlugin.write(
        TestPlugin.manifest("lonely"), to: folder.appending("lonely.so"),
        flags: ["-Wl,--no-as-needed", library.string])
    try Command("rm", [library.string]).checkedOutput()
}
