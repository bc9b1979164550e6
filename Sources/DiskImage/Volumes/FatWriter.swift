// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Makes a vfat in a file of its own, fills it with mtools, and copies what was written into its place.
///
/// `VolumeLimits` has refused by then what a vfat cannot hold. Owners, modes and attributes stay behind, and each name of
/// a file with more names becomes a file. No mount: the build host's kernel need not know vfat. Folders and files go in by the order of their names, and all
/// times are told to the programs, so the same tree gives the same bytes.
struct FatWriter {
    /// Names for one call of mcopy.
    private static let batch = 200

    let volume: Volume
    let range: ByteRange
    let blockSize: Int64
    let identifier: UInt32
    let time: Int64
    let limits: Command.Limits

    func write(to image: FileDescriptor, tree: FilePath?, scratch: FilePath) throws {
        let staging = scratch.appending("vfat.img")
        let file = try FileDescriptor.open(
            staging, .readWrite, options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite)
        try file.closeAfter {
            try file.resize(to: range.length.bytes)
            try make(staging, rootOptions: tree.map(rootOptions) ?? [])
            if let tree { try fill(staging, from: tree) }
            try copy(file, to: image)
        }
        guard unlink(staging.string) == 0 else { throw Errno(rawValue: errno) }
    }

    private var environment: [String: String] {
        var environment = ProcessEnvironment.current
        environment["SOURCE_DATE_EPOCH"] = String(time)
        environment["TZ"] = "UTC"
        environment["LC_ALL"] = "C.UTF-8"
        environment["MTOOLSRC"] = "/dev/null"
        return environment
    }

    /// Where FATs have 12 or 16 bits the size of the root folder is fixed: 512 entries unless more are asked for.
    private func rootOptions(_ tree: FilePath) throws -> [String] {
        let entries = FatNames.rootEntries(try FolderListing.entries(of: tree).map(\.name))
        guard entries > 512, volume.fatOption("-r") == nil, volume.fatOption("-F") != "32" else {
            return []
        }
        return ["-r", String(entries)]
    }

    private func make(_ staging: FilePath, rootOptions: [String]) throws {
        let hexadecimal = String(identifier, radix: 16)
        try Command(
            "mkfs.vfat",
            ["--invariant", "-i", hexadecimal, "-n", volume.type.storedLabel(volume.label)]
                + (blockSize == 512 ? [] : ["-S", String(blockSize)]) + rootOptions
                + volume.options + [staging.string], environment: environment
        ).checkedOutput(limits: limits)
    }

    // MARK: Filling

    private func fill(_ staging: FilePath, from tree: FilePath) throws {
        var folder = ""
        var files: [String] = []
        func flush() throws {
            guard !files.isEmpty else { return }
            try mtools("mcopy", staging, ["-m", "-Q"] + files + ["::/\(folder)"])
            files = []
        }
        try TreeWalk(root: tree, interrupt: limits.interrupt).forEach { entry in
            guard !entry.path.isEmpty else { return true }
            // Other names were refused when the tree was measured.
            let path = String(decoding: entry.path, as: UTF8.self)
            if entry.kind == .folder {
                try flush()
                try mtools("mmd", staging, ["::/\(path)"])
                return true
            }
            let parent = path.split(separator: "/").dropLast().joined(separator: "/")
            if parent != folder || files.count >= Self.batch {
                try flush()
                folder = parent
            }
            files.append("\(tree)/\(path)")
            return true
        }
        try flush()
    }

    private func mtools(_ program: String, _ staging: FilePath, _ words: [String]) throws {
        try Command(program, ["-i", staging.string] + words, environment: environment)
            .checkedOutput(limits: limits)
    }

    // MARK: Copying

    private func copy(_ file: FileDescriptor, to image: FileDescriptor) throws {
        for part in try file.dataRanges(size: range.length.bytes) {
            var offset = part.lowerBound
            while offset < part.upperBound {
                let count = min(1 << 20, part.upperBound - offset)
                let bytes = try [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, used in
                    used = try file.read(
                        fromAbsoluteOffset: offset,
                        into: UnsafeMutableRawBufferPointer(buffer))
                }
                guard !bytes.isEmpty else { return }
                try image.writeAll(toAbsoluteOffset: range.offset.bytes + offset, bytes)
                offset += Int64(bytes.count)
            }
        }
    }
}
