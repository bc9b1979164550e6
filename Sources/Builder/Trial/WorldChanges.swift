// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// What hooks have changed of the build host, read from the upper layers of its file systems.
struct WorldChanges {
    /// A change that was not there at the last look.
    struct Change: Equatable {
        enum Kind: String { case made, changed, removed }
        var kind: Kind
        var path: String
    }

    private struct Mark: Equatable {
        var seconds: Int
        var nanoseconds: Int
        var size: Int
    }

    private let world: TrialWorld
    /// Hooks may change what lies there.
    private let allowed: [String]
    private var known: [String: Mark] = [:]

    init(in world: TrialWorld, except allowed: [String]) {
        self.world = world
        self.allowed = allowed
    }

    /// The changes since the last call, by path.
    mutating func new() throws -> [Change] {
        var changes: [Change] = []
        for layer in world.layers {
            let folder = FilePath("/proc/self/fd/\(layer.upper.rawValue)")
            try TreeWalk(root: folder).forEach { entry in
                guard !entry.path.isEmpty else { return true }
                let path =
                    (layer.place == "/" ? "" : layer.place.string) + entry.displayPath
                guard !allowed.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) else {
                    return false
                }
                let before = Self.status(of: entry.path, in: layer.lower)
                guard let kind = Self.kind(of: entry, before) else { return true }
                if isNew(path, entry.status) { changes.append(Change(kind: kind, path: path)) }
                return kind != .made
            }
        }
        return changes.sorted { $0.path < $1.path }
    }

    private mutating func isNew(_ path: String, _ status: stat) -> Bool {
        let mark = Mark(
            seconds: status.st_ctim.tv_sec, nanoseconds: status.st_ctim.tv_nsec,
            size: Int(status.st_size))
        return known.updateValue(mark, forKey: path) != mark
    }

    /// nil for a folder that is in the upper layer only because something below it is.
    private static func kind(of entry: TreeEntry, _ before: stat?) -> Change.Kind? {
        // The overlay's mark for "removed": a character device with number 0.
        if entry.kind == .characterDevice, entry.status.st_rdev == 0 { return .removed }
        guard let before else { return .made }
        let isFolder = entry.kind == .folder && before.st_mode & S_IFMT == S_IFDIR
        let isSame =
            before.st_mode == entry.status.st_mode && before.st_uid == entry.status.st_uid
            && before.st_gid == entry.status.st_gid
        return isFolder && isSame ? nil : .changed
    }

    private static func status(of path: [UInt8], in folder: FileDescriptor) -> stat? {
        var status = stat()
        let result = withCString(path) {
            fstatat(folder.rawValue, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        return result == 0 ? status : nil
    }
}
