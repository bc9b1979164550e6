// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes an ext2, ext3 or ext4 with mke2fs and fills it from a tree through libext2fs: no mount, no loop device, every
/// block written once.
///
/// The same tree gives the same bytes: identity and hash seed come from the tree's digest, and all times but those of
/// contents are that of making, for mke2fs through E2FSPROGS_FAKE_TIME. mke2fs could fill it too (-d), but takes the
/// longer for a folder the more there is in it, leaves out the root folder's attributes and copies times of the build.
package struct ExtWriter: Sendable {
    /// What the user may set about the file system.
    package struct Options: Equatable, Sendable {
        package var type = FileSystemType.ext4
        package var label: String
        /// nil: derived from the digest.
        package var uuid: String?
        /// Words for mke2fs, as the original's --mkfs-options; -E and -O are joined to ours.
        package var extraArguments: [String] = []
        /// Seconds since 1970: the time of making.
        package var time: Int64

        package init(label: String, time: Int64) {
            self.label = label
            self.time = time
        }
    }

    let image: FilePath
    let offset: ByteCount
    let size: FileSystemSize
    let digest: ContentDigest
    let options: Options
    let limits: Command.Limits

    /// A writer for the range of `image`, an existing sparse file, that begins at `offset`.
    ///
    /// The identity of the file system is derived from `digest`.
    package init(
        image: FilePath, offset: ByteCount, size: FileSystemSize, digest: ContentDigest,
        options: Options, limits: Command.Limits = .init()
    ) {
        self.image = image
        self.offset = offset
        self.size = size
        self.digest = digest
        self.options = options
        self.limits = limits
    }

    /// The image as the programs know it, their first descriptor: in a name they take what follows a '?' for options.
    private static let passedImage = "/proc/self/fd/3"

    /// The identity of the file system.
    package var uuid: String { options.uuid ?? digest.uuid(for: "ext4") }

    /// Makes the file system, and fills it when there is a tree; small files that live as long as the call lie in `scratch`.
    package func write(tree: FilePath?, scratch: FilePath) throws {
        let configuration = scratch.appending("mke2fs.conf")
        try TextFile.write(ExtFeatures.configuration, to: configuration)
        var environment = ProcessEnvironment.current
        environment["MKE2FS_CONFIG"] = configuration.string
        environment["E2FSPROGS_FAKE_TIME"] = String(options.time)
        let file = try FileDescriptor.open(image, .readWrite, options: .closeOnExec)
        try file.closeAfter {
            var command = Command("mke2fs", arguments, environment: environment)
            command.descriptors = [file]
            try command.checkedOutput(limits: limits)
            guard let tree else { return }
            try ExtFiller.fill(
                file, offset: offset, from: tree, time: options.time, interrupt: limits.interrupt)
        }
    }

    var arguments: [String] {
        let (extended, features, rest) = Self.split(options.extraArguments)
        var settings = [
            "offset=\(offset.bytes)", "hash_seed=\(digest.uuid(for: "hash seed"))",
            "root_owner=0:0",
            // The image is a fresh sparse file: nothing is to be discarded. That its zeros are needed on a disk, too, is
            // known to a block map only when they are asked for, which costs no time.
            "lazy_itable_init=0", "lazy_journal_init=0", "nodiscard",
        ]
        if let blocks = size.reservedBlocks { settings.append("resize=\(blocks)") }
        var arguments = ["-q", "-F", "-t", options.type.rawValue, "-b", "4096", "-I", "256"]
        if !rest.contains("-i") && !rest.contains("-N") {
            arguments += ["-N", String(size.inodes)]
        }
        if !rest.contains("-J"), size.journalBlocks > 0 {
            arguments += ["-J", "size=\(size.journalBlocks / 256)"]
        }
        arguments += ["-L", options.label, "-U", uuid]
        let hasClusters = size.clusterBlocks > 1
        let list =
            ["none"] + ExtFeatures.list(for: options.type, hasClusters: hasClusters) + features
        if hasClusters { arguments += ["-C", String(size.clusterBlocks * 4096)] }
        arguments += ["-O", list.joined(separator: ",")]
        arguments += ["-E", (settings + extended).joined(separator: ",")]
        arguments += rest
        return arguments + [Self.passedImage, "\(size.blocks * 4)k"]
    }

    /// Takes the values of -E and -O out of a list of words: mke2fs would let the last one replace ours.
    static func split(_ words: [String]) -> (extended: [String], features: [String], rest: [String])
    {
        var extended: [String] = []
        var features: [String] = []
        var rest: [String] = []
        var index = words.startIndex
        while index < words.endIndex {
            let word = words[index]
            let next = index + 1 < words.endIndex ? words[index + 1] : ""
            if word == "-E" || word == "-O" {
                if word == "-E" { extended.append(next) } else { features.append(next) }
                index += 2
            } else if word.hasPrefix("-E") || word.hasPrefix("-O") {
                let value = String(word.dropFirst(2))
                if word.hasPrefix("-E") { extended.append(value) } else { features.append(value) }
                index += 1
            } else {
                rest.append(word)
                index += 1
            }
        }
        return (extended, features, rest)
    }
}
