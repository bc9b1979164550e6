// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension TreeFiles {
    /// Makes a folder and the folders above it that are missing; one that exists is left as it is.
    ///
    /// - Parameters:
    ///   - path: The folder; the folders above it get mode 0755 and belong to root.
    ///   - mode: The permission bits.
    ///   - user: A name of the tree's /etc/passwd, or a number.
    ///   - group: A name of the tree's /etc/group, or a number; nil is the user's own group.
    /// - Throws: `ElementError` that names the path.
    public func makeFolder(
        _ path: String, mode: UInt32 = 0o755, user: String = "root", group: String? = nil
    ) throws {
        let owner = try owner(user, group)
        let parts = path.split(separator: "/").map(String.init)
        for index in parts.indices {
            let isLast = index == parts.count - 1
            try makeOneFolder(
                "/" + parts[...index].joined(separator: "/"), mode: isLast ? mode : 0o755,
                owner: isLast ? owner : Owner(user: 0, group: 0))
        }
    }

    private func makeOneFolder(_ path: String, mode: UInt32, owner: Owner) throws {
        if try exists(path) { return }
        let parent = try openParent(path)
        guard parent >= 0 else { throw fileError("make", path, parent) }
        defer { close(parent) }
        let name = lastComponent(path)
        guard mkdirat(parent, name, 0o700) == 0 else { throw fileError("make", path, errno) }
        guard fchownat(parent, name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) == 0,
            fchmodat(parent, name, mode_t(mode), 0) == 0
        else { throw fileError("make", path, errno) }
    }

    /// Gives an entry another owner and mode; a link at the path is an error.
    public func setOwner(
        of path: String, user: String, group: String? = nil, mode: UInt32
    ) throws {
        let owner = try owner(user, group)
        let parent = try openParent(path)
        guard parent >= 0 else { throw fileError("change", path, parent) }
        defer { close(parent) }
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let file = openat(parent, lastComponent(path), flags)
        guard file >= 0 else { throw fileError("change", path, errno) }
        defer { close(file) }
        guard fchown(file, owner.user, owner.group) == 0, fchmod(file, mode_t(mode)) == 0 else {
            throw fileError("change", path, errno)
        }
    }

    /// Removes a file, a link or a folder with all that is in it; a missing one is no error.
    ///
    /// A folder on which something is mounted is an error, and what is mounted there stays.
    public func remove(_ path: String) throws {
        let parent = try openParent(path)
        guard parent >= 0 else {
            if parent == -ENOENT || parent == -ENOTDIR { return }
            throw fileError("remove", path, parent)
        }
        defer { close(parent) }
        try removeEntry(parent, lastComponent(path), path)
    }

    private func removeEntry(_ folder: Int32, _ name: String, _ path: String) throws {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return }
            throw fileError("remove", path, errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard unlinkat(folder, name, 0) == 0 else { throw fileError("remove", path, errno) }
            return
        }
        // rmdir(2) answers EBUSY for a folder on which something is mounted, even when that is another
        // folder of the same file system, which has the same device number.
        if unlinkat(folder, name, AT_REMOVEDIR) == 0 { return }
        guard errno == ENOTEMPTY || errno == EEXIST else {
            throw fileError("remove", path, errno)
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let inner = openat(folder, name, flags)
        guard inner >= 0 else { throw fileError("remove", path, errno) }
        defer { close(inner) }
        for entry in try entries(dup(inner), path) {
            try removeEntry(inner, entry, path + "/" + entry)
        }
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 else {
            throw fileError("remove", path, errno)
        }
    }

    /// The sorted names in an open folder; closes the descriptor.
    func entries(_ descriptor: Int32, _ path: String) throws -> [String] {
        guard let stream = fdopendir(descriptor) else {
            let failure = errno
            close(descriptor)
            throw fileError("list", path, failure)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw fileError("list", path, errno) }
        return names.sorted()
    }
}
