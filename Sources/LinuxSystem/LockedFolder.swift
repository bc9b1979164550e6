// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A new folder with a lock file that its owner holds for life, flock(2).
///
/// The kernel frees the lock with the process. The folder gets its name only once the lock is held,
/// so that a folder of that name whose lock is free has no owner any more.
package struct LockedFolder: ~Copyable {
    package static let lockName = "lock"

    package let path: FilePath
    /// The folder itself: a mount that is made over it later hides the lock from paths, not from
    /// here.
    package let folder: OwnedDescriptor
    private let lock: OwnedDescriptor

    /// Makes `path`, for which `temporary` in the same folder is used on the way.
    ///
    /// `contents` is what the lock file says, for people.
    package static func make(
        _ path: FilePath, by temporary: FilePath, contents: String
    ) throws -> LockedFolder {
        guard mkdir(temporary.string, 0o700) == 0 else { throw Errno(rawValue: errno) }
        let folder = OwnedDescriptor(
            try .open(temporary, .readOnly, options: [.directory, .noFollow, .closeOnExec]))
        let number = openat(
            folder.descriptor.rawValue, lockName, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let lock = OwnedDescriptor(FileDescriptor(rawValue: number))
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
        try lock.descriptor.writeAll(contents.utf8)
        guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        return LockedFolder(path: path, folder: folder, lock: lock)
    }

    private init(
        path: FilePath, folder: consuming OwnedDescriptor, lock: consuming OwnedDescriptor
    ) {
        self.path = path
        self.folder = folder
        self.lock = lock
    }

    /// What an existing folder's lock tells.
    package enum State: Equatable, Sendable {
        /// Its owner lives.
        case inUse
        /// Its owner is gone; the text is what the lock file says, which is the file of `user`.
        case abandoned(String, user: UInt32)
        /// It has no lock file, and was last changed so many seconds ago.
        case unlocked(age: Int)
    }

    /// Looks at the folder `name` of `parent`, and calls `body` with the lock held when it has no
    /// owner.
    ///
    /// - Throws: `Errno`, such as `permissionDenied` for a folder of another user's.
    package static func inspect<Result>(
        _ name: String, in parent: FileDescriptor, _ body: (State) throws -> Result
    ) throws -> Result {
        let number = openat(
            parent.rawValue, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let folder = OwnedDescriptor(FileDescriptor(rawValue: number))
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let lockNumber = openat(folder.descriptor.rawValue, lockName, flags)
        guard lockNumber >= 0 else {
            guard errno == ENOENT else { throw Errno(rawValue: errno) }
            var status = stat()
            guard fstat(number, &status) == 0 else { throw Errno(rawValue: errno) }
            return try body(.unlocked(age: time(nil) - status.st_mtim.tv_sec))
        }
        let lock = OwnedDescriptor(FileDescriptor(rawValue: lockNumber))
        guard flock(lockNumber, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw Errno(rawValue: errno) }
            return try body(.inUse)
        }
        var status = stat()
        guard fstat(lockNumber, &status) == 0 else { throw Errno(rawValue: errno) }
        let text = String(decoding: try lock.descriptor.contents(limit: 1 << 16), as: UTF8.self)
        return try body(.abandoned(text, user: status.st_uid))
    }
}
