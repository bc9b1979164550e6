// SPDX-License-Identifier: Apache-2.0

/// What an image's definition for diskimage-builder may say, and the options that it stands for.
package struct ImageProperty: Sendable {
    package enum Kind: Sendable {
        case text
        case choice([String])
        /// Texts, joined by commas for the option.
        case texts
        case choices([String])
        /// A map of texts, joined by commas as KEY=VALUE for the option.
        case pairs
        case flag
        /// A whole number from 1.
        case number
        /// The option is given as often as the number says.
        case repeated(upTo: Int)
    }

    package var key: String
    var kind: Kind
    /// nil for what stands for no option.
    var option: String?
    package var help: String

    init(_ key: String, _ kind: Kind, option: String?, _ help: String) {
        self.key = key
        self.kind = kind
        self.option = option
        self.help = help
    }

    private init(_ key: String, _ kind: Kind, _ help: String) {
        self.init(key, kind, option: "--\(key)", help)
    }

    private static let architectures = [
        "aarch64", "amd64", "arm64", "armhf", "powerpc", "ppc64", "ppc64el", "ppc64le", "s390x",
        "x86_64",
    ]

    /// In the order of the options on the command line.
    package static let all = [
        ImageProperty("imagename", .text, option: "-o", "the outputs' path without their endings"),
        ImageProperty("arch", .choice(architectures), option: "-a", "the architecture"),
        ImageProperty(
            "types", .choices(OutputFormat.images.map(\.rawValue)), option: "-t", "the formats"),
        ImageProperty("environment", .pairs, option: nil, "variables for the build"),
        ImageProperty("ramdisk", .flag, option: nil, "a ramdisk instead of an image"),
        ImageProperty("debug-trace", .repeated(upTo: 2), option: "-x", "0 to 2: traces hooks"),
        ImageProperty("uncompressed", .flag, option: "-u", "no compression"),
        ImageProperty("clear", .flag, option: "-c", "hides the caller's environment from hooks"),
        ImageProperty("logfile", .text, "the log's file"),
        ImageProperty("checksum", .flag, "checksum files beside the outputs"),
        ImageProperty("image-size", .number, "the size in GiB"),
        ImageProperty("image-extra-size", .number, "added to the computed size, in MiB"),
        ImageProperty("image-cache", .text, "the folder for downloads"),
        ImageProperty("max-online-resize", .number, "blocks that the file system can grow to"),
        ImageProperty("min-tmpfs", .number, "the least size of a tmpfs in GiB"),
        ImageProperty("mkfs-journal-size", .number, "the journal's size in MiB"),
        ImageProperty("mkfs-options", .text, "more options for mkfs"),
        ImageProperty("no-tmpfs", .flag, "scratch files on disk"),
        ImageProperty("offline", .flag, "no downloads"),
        ImageProperty("qemu-img-options", .pairs, "options for qemu-img's -o"),
        ImageProperty("root-label", .text, "the root file system's label"),
        ImageProperty("ramdisk-element", .text, "the element that makes the ramdisk"),
        ImageProperty(
            "install-type", .choice(["source", "package"]), "where elements install from"),
        ImageProperty("docker-target", .text, "the image's name in a container engine"),
        ImageProperty("packages", .texts, option: "-p", "more packages"),
        ImageProperty("skip-base", .flag, option: "-n", "leaves out the element base"),
        ImageProperty("elements", .texts, option: nil, "the elements"),
    ]
}
