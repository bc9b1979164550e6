// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes an ext2, ext3 or ext4 and fills it from a tree in one run of mke2fs -d: no mount, no loop device, every block written once.
///
/// The same tree gives the same bytes: identity and hash seed come from the tree's digest, E2FSPROGS_FAKE_TIME is the
/// time of making, and a run of debugfs sets the times of access and inode change, which mke2fs copies from the tree
/// and nobody can set there.
package struct ExtWriter: Sendable {
    /// What the user may set about the file system.
    package struct Options: Equatable, Sendable {
        package var type = FileSystemType.ext4
        package var label: String
        /// nil: derived from the digest.
        package var uuid: String?
        /// Words for mke2fs, as the original's --mkfs-options; -E and -O are joined to ours.
        package var extraArguments: [String] = []
        /// The number of blocks that the file system can be grown to while it is mounted, mke2fs -E resize=.
        package var maxOnlineResize: Int64?
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
        // mke2fs -d sorts names by the locale's rules.
        environment["LC_ALL"] = "C"
        let file = try FileDescriptor.open(image, .readWrite, options: .closeOnExec)
        try file.closeAfter {
            var command = Command("mke2fs", arguments(tree: tree), environment: environment)
            command.descriptors = [file]
            try command.checkedOutput(limits: limits)
            try setInodes(
                of: file, root: try tree.map(Self.rootCommands), scratch: scratch,
                environment: environment)
        }
    }

    func arguments(tree: FilePath?) -> [String] {
        let (extended, features, rest) = Self.split(options.extraArguments)
        var settings = [
            "offset=\(offset.bytes)", "hash_seed=\(digest.uuid(for: "hash seed"))",
            "root_owner=0:0", "lazy_itable_init=0",
            // The image is a fresh sparse file: there is nothing to discard and the journal is zero already.
            "lazy_journal_init=1", "nodiscard",
        ]
        if let blocks = options.maxOnlineResize { settings.append("resize=\(blocks)") }
        var arguments = ["-q", "-F", "-t", options.type.rawValue, "-b", "4096", "-I", "256"]
        if !rest.contains("-i") && !rest.contains("-N") {
            arguments += ["-N", String(size.inodes)]
        }
        if !rest.contains("-J"), size.journalBlocks > 0 {
            arguments += ["-J", "size=\(size.journalBlocks / 256)"]
        }
        arguments += ["-L", options.label, "-U", uuid]
        let list = ["none"] + ExtFeatures.list(for: options.type) + features
        arguments += ["-O", list.joined(separator: ",")]
        arguments += ["-E", (settings + extended).joined(separator: ",")]
        arguments += rest
        let contents = tree.map { ["-d", $0.string] } ?? []
        return arguments + contents + [Self.passedImage, "\(size.blocks * 4)k"]
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

    /// debugfs commands that give the root folder what that of the tree has: mke2fs copies what is in it only.
    private static func rootCommands(_ tree: FilePath) throws -> String {
        var status = stat()
        guard stat(tree.string, &status) == 0 else { throw Errno(rawValue: errno) }
        let mode = String(status.st_mode, radix: 8)
        return """
            sif <2> mode 0\(mode)
            sif <2> uid \(status.st_uid)
            sif <2> gid \(status.st_gid)
            sif <2> mtime @\(status.st_mtim.tv_sec)

            """
    }

    private func setInodes(
        of file: FileDescriptor, root: String?, scratch: FilePath, environment: [String: String]
    ) throws {
        let target = "\(Self.passedImage)?offset=\(offset.bytes)"
        let last = try lastInode(of: file, target: target, environment: environment)
        let script = scratch.appending("times.debugfs")
        try writeCommands(root ?? "", times: [2] + Array(11...last), to: script)
        var command = Command(
            "debugfs", ["-w", "-f", script.string, target], environment: environment)
        command.descriptors = [file]
        // debugfs repeats each command; what else it says is an error, whatever its exit status.
        var complaints: [String] = []
        let status = try command.run(limits: limits) { line in
            if !line.hasPrefix("debugfs") && complaints.count < 20 { complaints.append(line) }
        }
        guard status.isSuccess, complaints.isEmpty else {
            throw command.failure(status, lastLines: complaints)
        }
    }

    /// Writes debugfs commands, those for the inodes' times a part at a time: a large tree has many.
    private func writeCommands(
        _ first: String, times inodes: [Int], to path: FilePath
    ) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite)
        try file.closeAfter {
            try file.writeAll(first.utf8)
            for start in stride(from: 0, to: inodes.count, by: 4096) {
                var part = ""
                for inode in inodes[start...].prefix(4096) {
                    part += "sif <\(inode)> atime @\(options.time)\n"
                    part += "sif <\(inode)> ctime @\(options.time)\n"
                }
                try file.writeAll(part.utf8)
            }
        }
    }

    /// The number of the last inode in use; mke2fs hands out numbers without gaps from 11, lost+found, on.
    private func lastInode(
        of file: FileDescriptor, target: String, environment: [String: String]
    ) throws -> Int {
        var command = Command("debugfs", ["-R", "stats -h", target], environment: environment)
        command.descriptors = [file]
        let statistics = try command.checkedOutput(limits: limits)
        guard let total = Self.number("Inode count:", in: statistics),
            let free = Self.number("Free inodes:", in: statistics), total - free >= 11
        else {
            throw BuildError(
                .buildFailed, "cannot read the superblock of '\(image)'", detail: statistics)
        }
        return total - free
    }

    private static func number(_ name: String, in statistics: String) -> Int? {
        for line in statistics.split(separator: "\n") where line.hasPrefix(name) {
            return Int(line.dropFirst(name.count).filter { !$0.isWhitespace })
        }
        return nil
    }
}
