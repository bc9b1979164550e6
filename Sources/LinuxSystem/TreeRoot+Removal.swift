// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import SystemPackage

extension TreeRoot {
    /// Removes an entry, a folder with its contents; a name that does not exist is no error.
    ///
    /// The last component is not followed, and no mount is crossed: a folder that holds one stays,
    /// and is an error.
    package func remove(_ path: String) throws {
        guard try entry(path) != nil else { return }
        try withParent("remove", path) { folder, name in
            let result = clinux_remove_entry(folder, name)
            guard result == 0 || result == -ENOENT else {
                throw error("remove", path, Errno(rawValue: -result))
            }
        }
    }

    /// Empties a folder; nothing happens where `path` is missing or no real folder.
    package func removeContents(_ path: String = "/") throws {
        guard let folder = try realFolder(path) else { return }
        let result = clinux_remove_contents(folder.descriptor.rawValue)
        guard result == 0 else { throw error("empty", path, Errno(rawValue: -result)) }
    }

    /// The folder at `path`, opened for reading without following any link; nil where there is
    /// none.
    func realFolder(_ path: String) throws -> OwnedDescriptor? {
        let components = path.split(separator: "/")
        // The last file system of the tree on the way is reached through its mounts, the rest through none.
        let volume =
            volumes.map { $0.split(separator: "/") }
            .filter { components.starts(with: $0) }.max { $0.count < $1.count } ?? []
        let start = openNumber("/" + volume.joined(separator: "/"), O_RDONLY | O_DIRECTORY)
        guard start >= 0 else { throw error("open", path, Errno(rawValue: -start)) }
        let base = OwnedDescriptor(FileDescriptor(rawValue: start))
        let relative = components.dropFirst(volume.count).joined(separator: "/")
        let number = clinux_open_below(
            base.descriptor.rawValue, relative.isEmpty ? "." : relative, O_RDONLY | O_DIRECTORY)
        if [-ENOENT, -ENOTDIR, -ELOOP].contains(number) { return nil }
        guard number >= 0 else { throw error("open", path, Errno(rawValue: -number)) }
        return OwnedDescriptor(FileDescriptor(rawValue: number))
    }

    /// Empties every regular file below the folder `path` whose name is `wanted`.
    package func truncateFiles(below path: String, _ wanted: (String) -> Bool) throws {
        try forEachFile(below: path, wanted) { folder, name in
            let result = withCString(name) { clinux_empty_file(folder, $0) }
            guard result == 0 else {
                throw error("empty", Self.text(name), Errno(rawValue: -result))
            }
        }
    }

    /// Removes every regular file below the folder `path` whose name is `wanted`.
    package func removeFiles(below path: String, _ wanted: (String) -> Bool) throws {
        try forEachFile(below: path, wanted) { folder, name in
            let result = withCString(name) { clinux_remove_entry(folder, $0) }
            guard result == 0 else {
                throw error("remove", Self.text(name), Errno(rawValue: -result))
            }
        }
    }

    /// Whether the file has the immutable or the append-only attribute (chattr +i, +a).
    package func isImmutable(_ path: String) throws -> Bool {
        let number = openNumber(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
        guard number >= 0 else { throw error("look at", path, Errno(rawValue: -number)) }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        return clinux_is_immutable(file.descriptor.rawValue) == 1
    }

    /// Calls `body` for each wanted regular file, with the folder that holds it and its name.
    ///
    /// Links are not followed, mounts not crossed; nothing happens where `path` is no real folder.
    private func forEachFile(
        below path: String, _ wanted: (String) -> Bool, _ body: (Int32, [UInt8]) throws -> Void
    ) throws {
        guard let top = try realFolder(path) else { return }
        // Paths below the top: a descriptor for each level would end with a deep tree.
        var waiting: [[UInt8]] = [[0x2E]]
        while let below = waiting.popLast() {
            let number = withCString(below) {
                clinux_open_below(top.descriptor.rawValue, $0, O_RDONLY | O_DIRECTORY)
            }
            if [-ENOENT, -ENOTDIR, -ELOOP, -EXDEV].contains(number) { continue }
            guard number >= 0 else {
                throw error("look into", path + "/" + Self.text(below), Errno(rawValue: -number))
            }
            let folder = OwnedDescriptor(FileDescriptor(rawValue: number))
            let (files, folders) = try Self.entries(in: number)
            for name in files where wanted(Self.text(name)) { try body(number, name) }
            waiting += folders.map { below + [0x2F] + $0 }
            try folder.close()
        }
    }

    /// A name for people; one that is no UTF-8 is no less a file's.
    private static func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

    /// The names of the regular files and of the folders in `folder`.
    private static func entries(
        in folder: Int32
    ) throws -> (files: [[UInt8]], folders: [[UInt8]]) {
        var files: [[UInt8]] = []
        var folders: [[UInt8]] = []
        for name in try names(in: folder) {
            var status = stat()
            let result = withCString(name) {
                fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW)
            }
            guard result == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(name)
            case S_IFDIR: folders.append(name)
            default: break
            }
        }
        return (files, folders)
    }

    private static func names(in folder: Int32) throws -> [[UInt8]] {
        let copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let found = readdir(stream) {
            let name = withUnsafeBytes(of: &found.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }
}
