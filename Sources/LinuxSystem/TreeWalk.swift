// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Diagnostics
internal import Glibc
package import SystemPackage

/// Visits every entry of a tree: the root, then each folder's entries sorted by the bytes of their names.
///
/// A folder is visited before what is in it. One descriptor is open for each level, and one folder's names are in
/// memory for each level, so neither grows with the size of the tree. A mount point is visited but not entered,
/// unless it is one of the tree's own file systems: what else is mounted into a tree does not belong to it.
package struct TreeWalk: Sendable {
    private let root: FilePath
    private let volumes: Set<[UInt8]>
    private let interrupt: FileDescriptor?

    /// A walk that ends with `BuildError.Code.interrupted` once `interrupt` is readable.
    ///
    /// `volumes` are the mount points of the tree's own file systems, as paths below the root.
    package init(root: FilePath, volumes: [String] = [], interrupt: FileDescriptor? = nil) {
        self.root = root
        self.volumes = Set(volumes.map { Array($0.utf8) })
        self.interrupt = interrupt
    }

    /// Calls `visit` for each entry; a folder is entered when it returns true.
    package func forEach(_ visit: (TreeEntry) throws -> Bool) throws {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                root, .readOnly, options: [.directory, .closeOnExec])
        } catch let error as Errno {
            throw BuildError(.buildFailed, "cannot read '\(root)': \(error)")
        }
        try descriptor.closeAfter {
            let entry = TreeEntry(
                parent: descriptor, name: [UInt8(ascii: ".")], path: [],
                status: try status(of: [UInt8(ascii: ".")], in: descriptor, path: []),
                isMountPoint: false)
            guard try visit(entry) else { return }
            try walk(
                descriptor, path: [], mount: try mountIdentity(of: descriptor, path: []), visit)
        }
    }

    private func walk(
        _ folder: FileDescriptor, path: [UInt8], mount: UInt64, _ visit: (TreeEntry) throws -> Bool
    ) throws {
        for name in try names(in: folder, path: path) {
            let entryPath = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
            let status = try status(of: name, in: folder, path: entryPath)
            guard status.st_mode & S_IFMT == S_IFDIR else {
                try Interruption.check(interrupt, during: "reading '\(root)'")
                _ = try visit(
                    TreeEntry(
                        parent: folder, name: name, path: entryPath, status: status,
                        isMountPoint: false))
                continue
            }
            let entered = try open(name, in: folder, path: entryPath)
            try entered.closeAfter {
                let own = try mountIdentity(of: entered, path: entryPath)
                let covered = own != mount && !volumes.contains(entryPath)
                let entry = TreeEntry(
                    parent: folder, name: name, path: entryPath, status: status,
                    isMountPoint: covered)
                guard try visit(entry), !covered else { return }
                try walk(entered, path: entryPath, mount: own, visit)
            }
        }
    }

    private func status(
        of name: [UInt8], in folder: FileDescriptor, path: [UInt8]
    ) throws -> stat {
        var status = stat()
        let result = withCString(name) {
            fstatat(folder.rawValue, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw failure(path, Errno(rawValue: errno)) }
        return status
    }

    private func open(
        _ name: [UInt8], in folder: FileDescriptor, path: [UInt8]
    ) throws -> FileDescriptor {
        let number = withCString(name) { clinux_open_entry(folder.rawValue, $0, O_DIRECTORY) }
        guard number >= 0 else { throw failure(path, Errno(rawValue: -number)) }
        return FileDescriptor(rawValue: number)
    }

    /// The identity of the mount that a folder lies on: a bind mount shares its device number with its source.
    private func mountIdentity(of folder: FileDescriptor, path: [UInt8]) throws -> UInt64 {
        var identity: UInt64 = 0
        let result = clinux_mount_identity(folder.rawValue, &identity)
        guard result == 0 else { throw failure(path, Errno(rawValue: -result)) }
        return identity
    }

    private func names(in folder: FileDescriptor, path: [UInt8]) throws -> [[UInt8]] {
        // A descriptor of its own: closedir(3) closes it, and the offset is not shared.
        let copy = clinux_open_entry(folder.rawValue, ".", O_DIRECTORY)
        guard copy >= 0 else { throw failure(path, Errno(rawValue: -copy)) }
        guard let stream = fdopendir(copy) else {
            let code = Errno(rawValue: errno)
            close(copy)
            throw failure(path, code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
        }
        guard errno == 0 else { throw failure(path, Errno(rawValue: errno)) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func failure(_ path: [UInt8], _ code: Errno) -> BuildError {
        let entry = root.string + "/" + String(decoding: path, as: UTF8.self)
        return BuildError(.buildFailed, "cannot read '\(entry)': \(code)")
    }
}
