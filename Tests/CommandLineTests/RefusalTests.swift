// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A command line that cannot be followed, and all that dibhost says to it.
private struct Refusal {
    var arguments: [String]
    var text: String
    var environment: [String: String] = [:]

    /// `arguments` separated by spaces; `text` without "dibhost: error: ", the hint on a line of its own.
    init(_ arguments: String, _ text: String, environment: [String: String] = [:]) {
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.text = text
        self.environment = environment
    }
}

private let usage = "\n  hint: 'dibhost --help' lists commands and options."
private let formats = "\n  hint: Did you mean 'qcow2'? Known are: qcow2, raw, tar."
private let rebuild = "\n  hint: Build the plugin for x86_64."
private let plugins = "--plugin-dir plugins --elements-path scripts"

private let badArguments = [
    Refusal(
        "plan --imagesize 3 os",
        "unknown option '--imagesize'\n  hint: Did you mean '--image-size'?"),
    Refusal("plan --image-size", "missing value for '--image-size <image-size>'" + usage),
    Refusal("plan -t qcow os", "unknown output format 'qcow'" + formats),
    Refusal(
        "plan -t qcow2,,tra os",
        """
        unknown output format 'tra'
          hint: Did you mean 'tar'? Known are: qcow2, raw, tar.
        """),
    Refusal(
        "plan -a amd46 os",
        """
        unknown architecture 'amd46'
          hint: Did you mean 'amd64'? Known are: amd64, arm64, armel, armhf, i386, mips64el, ppc64el, \
        riscv64, s390x.
        """),
    Refusal(
        "plan --image-size 3x os",
        """
        --image-size '3x' is no size
          hint: Give a number of GiB, or one with a unit, such as 800MiB or 2.5GiB.
        """),
    Refusal(
        "plan --image-extra-size 0 os",
        """
        --image-extra-size '0' is no size
          hint: Give a number of MiB, or one with a unit, such as 800MiB or 2.5GiB.
        """),
    Refusal(
        "plan --max-online-resize big os",
        """
        --max-online-resize 'big' is no number of blocks
          hint: Give a whole number of file-system blocks, such as 1073741824.
        """),
    Refusal(
        "plan --qcow2-compression gzip os",
        """
        unknown compression 'gzip'
          hint: Known are: zstd, zlib.
        """),
    Refusal(
        "plan -o out/ os",
        """
        image name 'out/' names no file
          hint: Give -o a path such as 'out/debian'.
        """),
    Refusal(
        "plan --set release=trixie os",
        """
        --set 'release' does not name an element's parameter
          hint: Write --set ELEMENT.PARAMETER=VALUE, such as debian.release=bookworm.
        """),
    Refusal(
        "plan --config none.yaml os",
        "cannot read configuration file 'none.yaml': No such file or directory"),
    Refusal(
        "plan --config syntax.yaml os",
        """
        configuration file 'syntax.yaml:2': did not find expected ',' or ']'
          hint: Column 2 of that line is where reading stopped.
        """),
    Refusal(
        "plan --config key.yaml os",
        """
        configuration file 'key.yaml:3': unknown key 'imagesize'
          hint: Did you mean 'image-size'?
        """),
    Refusal(
        "plan --config flag.yaml os",
        "configuration file 'flag.yaml:1': 'offline' is neither true nor false"),
    Refusal(
        "plan --config set.yaml os",
        "configuration file 'set.yaml:2': 'set.os' is no map of parameters"),
]

private let badFolders = [
    Refusal(
        "plan --plugin-dir none os",
        """
        plugin folder 'DIR/none' does not exist
          hint: Check --plugin-dir and DIBHOST_PLUGIN_PATH.
        """),
    Refusal(
        "plan os",
        """
        plugin folder 'DIR/none' does not exist
          hint: Check --plugin-dir and DIBHOST_PLUGIN_PATH.
        """, environment: ["DIBHOST_PLUGIN_PATH": "none"]),
    Refusal(
        "plan --plugin-dir key.yaml os",
        """
        plugin folder 'DIR/key.yaml' is no folder
          hint: Check --plugin-dir and DIBHOST_PLUGIN_PATH.
        """),
    Refusal(
        "plan --plugin-dir open os",
        """
        plugin folder 'DIR/open' can be written to by other users
          hint: Run 'chmod go-w DIR/open'.
        """),
    Refusal(
        "elements list --elements-path none",
        """
        element folder 'DIR/none' does not exist
          hint: Check --elements-path and ELEMENTS_PATH.
        """),
]

private let badElements = [
    Refusal(
        "plan \(plugins) os vmm",
        """
        unknown element 'vmm'
          hint: Did you mean 'vm'?
        """),
    Refusal(
        "elements show \(plugins) ox",
        """
        unknown element 'ox'
          hint: Did you mean 'os'?
        """),
    Refusal(
        "plan \(plugins)",
        """
        no element is named
          hint: Name an operating-system element and more, such as 'debian vm'.
        """),
    Refusal(
        "plan \(plugins) os egg",
        """
        elements need each other: 'egg' -> 'hen' -> 'egg'
          hint: Remove one of these dependencies.
        """),
    Refusal(
        "plan \(plugins) vm",
        """
        no element provides 'operating-system'
          hint: Add one of: os, os2.
        """),
    Refusal(
        "plan \(plugins) os os2",
        """
        elements 'os' and 'os2' both provide 'operating-system'
          hint: Leave one of them out.
        """),
    Refusal(
        "plan \(plugins) os --set os.relase=x",
        """
        element 'os' has no parameter 'relase'
          hint: Did you mean 'release'? It has: release.
        """),
    Refusal(
        "plan \(plugins) os --set os.release=trixi",
        """
        parameter 'os.release': value 'trixi' is not allowed
          hint: Did you mean 'trixie'? It may be: bookworm, trixie.
        """),
    Refusal(
        "plan \(plugins) os --image-size 0.01",
        """
        image size 10.2 MiB is too small
          hint: The least that can be built is 16.0 MiB.
        """),
    Refusal(
        "plan \(plugins) os vm --image-size 16MiB",
        """
        image size 16.0 MiB is too small
          hint: The least that can be built is 17.0 MiB.
        """),
]

private let badPlugins = [
    Refusal(
        "plan --plugin-dir broken -n text",
        """
        element 'text' cannot be used: 'DIR/broken/text.so' is no ELF file
          hint: A plugin is a shared library, built for this machine.
        """),
    Refusal(
        "plan --plugin-dir broken -n other-machine",
        """
        element 'other-machine' cannot be used: 'DIR/broken/arm.so' is built for aarch64, and this machine is \
        x86_64
        """ + rebuild),
    Refusal(
        "plan --plugin-dir broken -n bits",
        """
        element 'bits' cannot be used: 'DIR/broken/bits.so' is no library for a 64-bit little-endian machine
        """ + rebuild),
    Refusal(
        "plan --plugin-dir broken -n bare",
        """
        element 'bare' cannot be used: 'DIR/broken/libBare.so' has no section .dib.manifest
          hint: Embed manifest.json with the macros of dib_element.h.
        """),
    Refusal(
        "plan --plugin-dir broken -n empty",
        """
        element 'empty' cannot be used: 'DIR/broken/empty.so' has a broken manifest: 'schema' is missing
        """),
    Refusal(
        "plan --plugin-dir broken -n newer",
        """
        element 'newer' cannot be used: 'DIR/broken/newer.so' is built for version 1 of the element contract, and \
        this dibhost has version 0
          hint: Use a newer dibhost, or an older version of the plugin.
        """),
    Refusal(
        "plan --plugin-dir broken -n mute",
        """
        element 'mute' cannot be used: 'DIR/broken/mute.so' does not export dib_element_v1
          hint: Define the function with @c(dib_element_v1), or extern "C" in C++.
        """),
    Refusal(
        "plan --plugin-dir broken -n lonely",
        """
        element 'lonely' cannot be used: 'DIR/broken/lonely.so' needs the library 'libnowhere.so.9', \
        which is nowhere on this machine
          hint: Install the package that brings libnowhere.so.9, then run 'ldconfig'.
        """),
    Refusal(
        "plugin inspect broken/cut.so",
        """
        'broken/cut.so' is damaged: its section headers cannot be read
          hint: Copy or build the plugin once more.
        """),
    Refusal("plugin inspect none.so", "'none.so' cannot be read: No such file or directory"),
]

private let badSurroundings = [
    Refusal(
        "\(plugins) -n os -t tar -o none/a",
        """
        output folder 'none' does not exist
          hint: Run 'mkdir -p none'.
        """),
    Refusal("build \(plugins) -n os -t tar -o key.yaml/a", "output folder 'key.yaml' is no folder"),
    Refusal(
        "build \(plugins) -n os -t tar -o taken",
        """
        output 'taken.tar' is a folder
          hint: Give another name with -o, or remove the folder 'taken.tar'.
        """),
    Refusal(
        "build \(plugins) -n os -t tar",
        """
        scratch folder 'none' does not exist
          hint: Set TMP_DIR to a folder that exists.
        """, environment: ["TMP_DIR": "none"]),
]

@Test
private func everyRefusalSaysWhatIsWrongAndWhatToDo() throws {
    try TemporaryFolder.with("refusals") { folder in
        try makeFiles(in: folder)
        try makePlugins(in: folder.appending("plugins"))
        try makeBrokenPlugins(in: folder.appending("broken"))
        let before = try Command("find", [folder.string, "-ls"]).checkedOutput()
        let all = badArguments + badFolders + badElements + badPlugins + badSurroundings
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
                dibhost: error: user 'nobody' is not root, and sudo asks for a password
                  hint: Run dibhost as root, or let this user use sudo without a password.
                """)
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

private func makeFiles(in folder: FilePath) throws {
    let files = [
        "syntax.yaml": "a: [1\nb: 2\n", "key.yaml": "# comment\noffline: yes\nimagesize: 3\n",
        "flag.yaml": "offline: perhaps\n", "set.yaml": "set:\n  os: trixie\n",
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
    let manifests = [
        "base": "", "os": system + ", \"parameters\": {\(release)}", "os2": system,
        "vm": #""provides": ["block-device"]"#,
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
        #"{"schema": 1, "name": "newer", "version": "1", "summary": "s", "abi": 1}"#,
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
