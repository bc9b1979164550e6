// SPDX-License-Identifier: Apache-2.0

import Planning

/// A command line that cannot be followed, and all that dibhost says to it.
struct Refusal {
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
private let formats = "\n  hint: Did you mean 'qcow2'? Known are: \(OutputFormat.names)."
private let rebuild = "\n  hint: Build the plugin for x86_64."
private let plugins = "--plugin-dir plugins --elements-path scripts"

let badArguments = [
    Refusal(
        "plan --imagesize 3 os",
        "unknown option '--imagesize'\n  hint: Did you mean '--image-size'?"),
    Refusal(
        "plugin chek x.so",
        "unknown command 'plugin chek'\n  hint: Did you mean 'check'? Known are: new, inspect, check."
    ),
    Refusal(
        "elements remove os",
        "unknown command 'elements remove'\n  hint: Known are: list, show."),
    Refusal("plan --image-size", "missing value for '--image-size <image-size>'" + usage),
    Refusal("plan -t qcow os", "unknown output format 'qcow'" + formats),
    Refusal(
        "plan -t qcow2,,tra os",
        """
        unknown output format 'tra'
          hint: Did you mean 'tar'? Known are: \(OutputFormat.names).
        """),
    Refusal(
        "plan --checksum-algorithm sha265 os",
        """
        unknown checksum 'sha265'
          hint: Did you mean 'sha256'? Known are: sha256, sha512, md5.
        """),
    Refusal(
        "plan \(plugins) os",
        """
        SOURCE_DATE_EPOCH 'yesterday' is no time
          hint: Give seconds since 1970 as a whole number, such as what 'date +%s' prints.
        """, environment: ["SOURCE_DATE_EPOCH": "yesterday"]),
    Refusal(
        "plan \(plugins) -t qcow2 --bmap os",
        """
        --bmap maps a raw image, and the build makes none
          hint: Add 'raw' to -t.
        """),
    Refusal(
        "plan \(plugins) -t docker --docker-target Big/Name os",
        """
        --docker-target 'Big/Name' is no name of a container image
          hint: Write NAME or NAME:TAG, in lower case, such as 'example/debian:12'.
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

let badFolders = [
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

let badElements = [
    Refusal(
        "plan \(plugins) os vmm",
        """
        unknown element 'vmm'
          hint: Did you mean 'vm'?
        """),
    Refusal(
        "\(plugins) plan os",
        """
        unknown element 'plan'
          hint: A command comes first: 'dibhost plan ...', then its options.
        """),
    Refusal(
        "\(plugins) elements list",
        """
        unknown element 'elements'
          hint: A command comes first: 'dibhost elements ...', then its options.
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
          hint: Did you mean 'release'? It has: release, deadline.
        """),
    Refusal(
        "plan \(plugins) os --set os.release=trixi",
        """
        parameter 'os.release': value 'trixi' is not allowed
          hint: Did you mean 'trixie'? It may be: bookworm, trixie.
        """),
    Refusal(
        "plan \(plugins) os2 --set os2.fast=perhaps",
        """
        parameter 'os2.fast': value 'perhaps' is neither true nor false
          hint: Give true, false, yes, no, 1 or 0.
        """),
    Refusal(
        "plan \(plugins) os2 --set os2.count=4x",
        """
        parameter 'os2.count': value '4x' is no integer
          hint: Give a whole number, such as 4.
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

let badPlugins = [
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
        element 'empty' cannot be used: 'DIR/broken/empty.so' has a broken manifest: '$.schema' is missing
        """),
    Refusal(
        "plan --plugin-dir broken -n newer",
        """
        element 'newer' cannot be used: 'DIR/broken/newer.so' is built for version 2 of the element contract, and \
        this dibhost has version 1
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

let badLayouts = [
    Refusal(
        "plan \(plugins) -n os",
        """
        cannot read disk layout 'none.yaml': No such file or directory
        """, environment: ["DIB_BLOCK_DEVICE_CONFIG": "file://none.yaml"]),
    Refusal(
        "plan \(plugins) -n os",
        """
        disk layout 'disk.yaml:4': unknown key 'fck-passno'
          hint: Did you mean 'fsck-passno'?
        """, environment: ["DIB_BLOCK_DEVICE_CONFIG": "file://disk.yaml"]),
    Refusal(
        "plan \(plugins) -n os",
        """
        disk layout 'DIB_BLOCK_DEVICE_CONFIG:2': did not find expected ',' or ']'
          hint: Column 1 of that line is where reading stopped.
        """, environment: ["DIB_BLOCK_DEVICE_CONFIG": "[a"]),
    Refusal(
        "plan \(plugins) -n os",
        """
        FS_TYPE 'zfs' is no file system for the root
          hint: Known are: ext2, ext3, ext4, xfs, btrfs.
        """, environment: ["FS_TYPE": "zfs"]),
    Refusal(
        "plan \(plugins) -n --root-label img-rootfs-xfs os",
        """
        root label 'img-rootfs-xfs' has 14 bytes
          hint: A label of xfs has 1 to 12 bytes.
        """, environment: ["FS_TYPE": "xfs"]),
]

let badSurroundings = [
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
