// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The tree divided by mount points: each volume gets its own files, and an empty folder where another one is mounted.
///
/// A part is the tree once more, mounted elsewhere, with an empty folder over each mount point inside it; the tree
/// itself stays as it is, so that an archive of it can be written meanwhile. A tree in one part is used as it is.
struct TreeParts: Sendable {
    private let tree: FilePath
    /// Absolute, each once.
    private let mountPoints: [String]

    init(tree: FilePath, mountPoints: [String]) {
        self.tree = tree
        self.mountPoints = mountPoints
    }

    /// The mount points inside the part that begins at `point`, relative to it, those further up first.
    func inner(of point: String) -> [String] {
        let prefix = point == "/" ? "/" : point + "/"
        return mountPoints.filter { $0 != point && $0.hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count)) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The folder of the tree where a part begins.
    func folder(of point: String) -> FilePath {
        point == "/" ? tree : tree.appending(String(point.dropFirst()))
    }

    /// Makes mount points that are missing in the tree.
    ///
    /// - Throws: `BuildError` for one that is no folder, or that a link leads to.
    func prepare() throws {
        let root = try TreeRoot(tree)
        for point in mountPoints where point != "/" {
            var path = ""
            for name in point.split(separator: "/") {
                path += "/\(name)"
                guard let entry = try root.entry(path) else {
                    try root.makeFolder(path)
                    continue
                }
                guard entry.kind == .folder else {
                    throw BuildError(
                        .buildFailed,
                        "the mount point '\(point)' leads through '\(path)', which is no"
                            + " folder in the tree",
                        hint: "Mount at the place that the link leads to.")
                }
            }
        }
    }

    /// Hands the part that begins at `point` to `body`, as a folder with nothing else in it.
    func with<Result>(
        _ point: String, scratch: FilePath, _ body: (FilePath) throws -> Result
    ) throws -> Result {
        let covered = outermost(inner(of: point))
        guard !covered.isEmpty else { return try body(folder(of: point)) }
        let view = try Self.makeFolder(scratch.appending("part"))
        let empty = try Self.makeFolder(scratch.appending("empty"))
        return try Self.with(folder(of: point), mountedAt: view) {
            try withCovers(covered, in: view, empty: empty) { try body(view) }
        }
    }

    /// Those that lie in no other one.
    private func outermost(_ points: [String]) -> [String] {
        points.filter { point in !points.contains { point.hasPrefix($0 + "/") } }
    }

    private func withCovers<Result>(
        _ points: [String], in view: FilePath, empty: FilePath, _ body: () throws -> Result
    ) throws -> Result {
        guard let point = points.first else { return try body() }
        let cover = try Self.copy(point, of: view, to: empty.appending(String(points.count)))
        return try Self.with(cover, mountedAt: view.appending(point)) {
            try withCovers(Array(points.dropFirst()), in: view, empty: empty, body)
        }
    }

    /// An empty folder with owner, mode, attributes and times of the folder `point`.
    private static func copy(
        _ point: String, of view: FilePath, to place: FilePath
    ) throws -> FilePath {
        let archive = FilePath(place.string + ".tar")
        let keep = ["--acls", "--xattrs", "--xattrs-include=*", "--numeric-owner"]
        try Command(
            "tar",
            ["--create", "--no-recursion", "--format=posix", "--file", archive.string] + keep
                + ["--directory", view.string, "--", "./\(point)"]
        ).checkedOutput()
        try Command("rm", ["-rf", "--one-file-system", "--", place.string]).checkedOutput()
        _ = try makeFolder(place)
        try Command(
            "tar",
            ["--extract", "--same-owner", "--preserve-permissions", "--file", archive.string]
                + keep + ["--directory", place.string]
        ).checkedOutput()
        return place.appending(point)
    }

    private static func makeFolder(_ path: FilePath) throws -> FilePath {
        guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
            throw Errno(rawValue: errno)
        }
        return path
    }

    /// Mounts `folder` once more at `place` while `body` runs.
    private static func with<Result>(
        _ folder: FilePath, mountedAt place: FilePath, _ body: () throws -> Result
    ) throws -> Result {
        let options: FileDescriptor.OpenOptions = [.directory, .noFollow, .closeOnExec]
        let source = try FileDescriptor.open(folder, .readOnly, options: options)
        defer { try? source.close() }
        let mount = try Mount.copy(of: source)
        let target = try FileDescriptor.open(place, .readOnly, options: options)
        try target.closeAfter { try mount.attach(to: target) }
        let result = try body()
        try mount.detach()
        return result
    }
}
