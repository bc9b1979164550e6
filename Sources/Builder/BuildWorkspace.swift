// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
package import Planning
package import SystemPackage

/// The scratch folder of one build.
///
///     <scratch folder>/dibhost-build.<id>/lock      held as long as the builder lives; says whose it is
///                                         mnt       the target tree; shell elements know this name
///                                         image     the disk image before it has its format
///                                         hooks     what legacy hooks run from
///
/// With enough free memory a tmpfs lies over it, in the builder's mount namespace only: a killed
/// builder then leaves a folder with nothing but a free lock. `dibhost gc` and the next build
/// remove it.
package struct BuildWorkspace: ~Copyable {
    package static let prefix = "dibhost-build."
    static let unfinishedPrefix = "dibhost-new."

    package let identifier: String
    package var folder: FilePath { locked.path }
    package var tree: FilePath { folder.appending("mnt") }
    package var image: FilePath { folder.appending("image") }
    package var hooks: FilePath { folder.appending("hooks") }
    /// Where the files lie, as a text for the reader.
    package let place: String
    private let locked: LockedFolder
    private var memory: Mount?

    /// Makes the workspace of `request`'s build and tells where it is.
    ///
    /// The folder belongs to the invoking user, as the build folder of shell elements always did;
    /// `tree` and `image` belong to root.
    package static func make(for plan: BuildPlan, supervisor: Int32) throws -> BuildWorkspace {
        let request = plan.request
        let identifier = String(BuildSession.randomName().prefix(12))
        // The mount table knows the real path only.
        guard let scratch = RealPath.of(FilePath(request.scratchFolder)) else {
            throw BuildError(
                .environment, "there is no scratch folder '\(request.scratchFolder)'",
                hint: "Set TMP_DIR to a folder with room.")
        }
        // What killed builds left; whatever cannot be removed is no reason not to build.
        _ = try ScratchFolders.collect(in: scratch)
        let owner = ScratchOwner(
            supervisor: supervisor, started: Date().formatted(.iso8601), user: request.user.name,
            outputs: try plan.outputs.map {
                try WorkingDirectory.absolute(FilePath($0.path)).string
            })
        let locked = try ScratchFolders.make(identifier, in: scratch, contents: owner.text)
        return try furnish(locked, identifier: identifier, request: request)
    }

    /// Makes the workspace, hands it to `body` and removes it, whatever happened; the body's error
    /// wins.
    package static func with<Result>(
        for plan: BuildPlan, supervisor: Int32,
        _ body: (borrowing BuildWorkspace) throws -> Result
    ) throws -> Result {
        let workspace = try make(for: plan, supervisor: supervisor)
        let result = Swift.Result { try body(workspace) }
        do {
            try workspace.remove()
        } catch {
            if case .success = result { throw error }
        }
        return try result.get()
    }

    private static func furnish(
        _ locked: consuming LockedFolder, identifier: String, request: BuildRequest
    ) throws -> BuildWorkspace {
        let user = request.user
        let place = WorkspacePlace(
            usesTmpfs: request.usesTmpfs, available: try FreeSpace.memory(),
            least: request.leastTmpfs)
        var workspace: BuildWorkspace
        switch place {
        case .memory(let limit):
            let memory = try overlay(locked, limit: limit, user: user)
            workspace = BuildWorkspace(
                identifier: identifier, place: "in memory, at most \(limit)", locked: locked,
                memory: memory)
        case .disk(let reason):
            let disk = try FreeSpace.disk(locked.path)
            let why = reason.map { "; " + $0 } ?? ""
            workspace = BuildWorkspace(
                identifier: identifier, place: "on disk, \(disk) free\(why)", locked: locked)
        }
        for folder in [workspace.tree, workspace.image] {
            try check(mkdir(folder.string, 0o755), "make", folder)
        }
        try check(chown(workspace.folder.string, user.id, user.group), "make", workspace.folder)
        return workspace
    }

    private static func overlay(
        _ locked: borrowing LockedFolder, limit: ByteCount, user: BuildRequest.InvokingUser
    ) throws -> Mount {
        do throws(Errno) {
            let memory = try Mount.fileSystem(
                "tmpfs", source: "dibhost",
                options: ["size=\(limit.bytes)", "mode=700", "uid=\(user.id)", "gid=\(user.group)"])
            try memory.attach(to: locked.folder.descriptor)
            return memory
        } catch {
            throw BuildError(
                .buildFailed, "cannot mount a tmpfs of \(limit) on '\(locked.path)'",
                hint: "Build with --no-tmpfs.", cause: error.description)
        }
    }

    private init(
        identifier: String, place: String, locked: consuming LockedFolder,
        memory: consuming Mount? = nil
    ) {
        self.identifier = identifier
        self.place = place
        self.locked = locked
        self.memory = consume memory
    }

    /// Removes the folder and all in it; mounts that are left below it are undone first.
    package consuming func remove() throws {
        let path = folder
        _ = try MountTable.unmountAll(below: path)
        if let memory = memory.take() { try memory.detach() }
        try ScratchFolders.remove(path)
    }

    private static func check(_ result: Int32, _ operation: String, _ path: FilePath) throws {
        guard result == 0 else {
            throw BuildError(
                .buildFailed, "cannot \(operation) '\(path)'",
                cause: Errno(rawValue: errno).description)
        }
    }
}
