// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Planning

/// The options of a build, under the names and letters of the original; `request()` makes their meaning of them.
struct BuildOptions: ParsableArguments {
    @OptionGroup(title: "Elements") var catalog: CatalogOptions

    @Option(name: [.customShort("a"), .customLong("arch")], help: "The image's architecture.")
    var architecture: String?

    @Option(
        name: [.customShort("o"), .customLong("imagename")],
        help: "The outputs' path without their endings (default: image).")
    var imageName: String?

    @Option(
        name: [.customShort("t"), .customLong("types")],
        help: ArgumentHelp(
            "The output formats, repeatable or separated by commas: \(OutputFormat.names)."))
    var formats: [String] = []

    @Flag(name: [.customShort("x"), .customLong("debug-trace")], help: "Trace hooks; -xx more.")
    var trace: Int

    @Flag(
        name: [.customShort("u"), .customLong("uncompressed")], help: "Do not compress the image.")
    var isUncompressed = false

    @Flag(name: [.customShort("n"), .customLong("skip-base")], help: "Leave out element 'base'.")
    var skipBase = false

    @Option(
        name: [.customShort("p"), .customLong("packages")],
        help: "More packages to install; repeatable, or separated by commas.")
    var packages: [String] = []

    @Option(help: "The image's size in GiB, or with a suffix such as MiB.")
    var imageSize: String?

    @Option(help: "Added to the computed image size, in MiB or with a suffix.")
    var imageExtraSize: String?

    @Option(
        help: """
            What the root file system can grow to later, in GiB or with a suffix such as TiB; chooses its clusters and \
            inodes.
            """)
    var maxSize: String?

    @Option(
        help: ArgumentHelp(
            "The file whose bytes open a LUKS volume of the layout; /dev/fd/3 or - for one that is open (repeatable).",
            valueName: "volume=file"))
    var luksKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "The same for a passphrase: the file's first line (repeatable).",
            valueName: "volume=file"))
    var luksPassphrase: [String] = []

    @Option(help: "The folder for downloads (default: ~/.cache/image-create).")
    var imageCache: String?

    @Option(help: "The blocks that resize2fs can grow the file system to while it is mounted.")
    var maxOnlineResize: String?

    @Option(
        parsing: .unconditional, help: "More options for mke2fs, separated by spaces.")
    var mkfsOptions: String?

    @Option(help: "The size of the file system's journal in MiB, or with a suffix.")
    var mkfsJournalSize: String?

    @Flag(help: "Keep scratch files on disk.")
    var noTmpfs = false

    @Option(
        help: """
            Keep scratch files in memory when a tmpfs of this many GiB, or of a size with a suffix, fits \
            (default: when 6 GiB of memory are free).
            """)
    var minTmpfs: String?

    @Flag(help: "Use what the caches hold and download nothing.")
    var offline = false

    @Option(parsing: .unconditional, help: "Options for qemu-img's -o, of a qcow2.")
    var qemuImgOptions: String?

    @Option(help: "How a qcow2 image is compressed: zstd or zlib (default: zstd).")
    var qcow2Compression: String?

    @Option(help: "The root file system's label (default: cloudimg-rootfs).")
    var rootLabel: String?

    @Flag(help: "Write checksum files (.sha256, .md5) beside the outputs.")
    var checksum = false

    @Option(help: "Write checksum files of these kinds: sha256, sha512, md5; separated by commas.")
    var checksumAlgorithm: String?

    @Flag(help: "Write NAME.bmap, the blocks of the raw image that hold data, for bmaptool.")
    var bmap = false

    @Flag(help: "Write NAME.manifest.json: packages, elements, parameters, layout and outputs.")
    var manifest = false

    @Flag(help: "Write NAME.spdx.json, the bill of materials in SPDX 2.3.")
    var sbom = false

    @Option(
        help: ArgumentHelp(
            "The image's name in a container engine; with format docker it is loaded into one that is there.",
            valueName: "name[:tag]"))
    var dockerTarget: String?

    @Option(
        help: "Where elements take what they install from: source or package (default: source).")
    var installType: String?

    @Flag(
        name: [.customShort("c"), .customLong("clear")],
        help: "Let hooks see nothing of the caller's environment but PATH, HOME, user and terminal."
    )
    var clearsEnvironment = false

    @Option(help: "Append the build's log to this file.")
    var logfile: String?

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Set an element's parameter (repeatable).", valueName: "element.parameter=value"))
    var settings: [String] = []

    @Option(
        name: .customLong("config"),
        help: "A YAML file of long option names and 'set:' (repeatable; a later file wins).")
    var configurationFiles: [String] = []

    @Flag(help: "Treat a process that a hook left running as an error.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            """
            What errors that an audit of the finished tree finds do: fail, warn, or off for no audit (default: fail; under \
            the original's names: warn).
            """, valueName: "mode"))
    var audit: String?

    @Option(
        help: ArgumentHelp(
            "Let the image have what a rule of the audit finds (repeatable).", valueName: "rule"))
    var auditAllow: [String] = []

    @Flag(help: "Show the build host's devices in the chroot.")
    var hostDev = false

    @OptionGroup(title: "Ramdisk") var ramdisk: RamdiskOptions

    @Argument(help: "The elements of the image.")
    var elements: [String] = []
}
