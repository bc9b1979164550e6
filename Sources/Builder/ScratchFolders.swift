// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import DiskImage
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// Scratch folders that killed builds left: found by their name, told from living ones by their
/// lock.
package enum ScratchFolders {
    /// One folder that was looked at.
    package struct Finding: Codable, Equatable, Sendable {
        package enum Outcome: String, Codable, Sendable {
            case removed
            /// Its build is running.
            case inUse = "in use"
            /// Another user's, or something in it cannot be removed; `reason` says.
            case left
        }
        package var path: String
        package var outcome: Outcome
        /// What the owner wrote into the lock file.
        package var owner: ScratchOwner?
        package var reason: String?
    }

    /// A folder that is being made has no lock for a moment only.
    private static let youth = 60

    /// Removes every abandoned scratch folder in `folder`; no mount is crossed and no link
    /// followed.
    package static func collect(in folder: FilePath) throws -> [Finding] {
        let names = try FolderListing.entries(of: folder).filter { entry in
            entry.kind == .folder && !entry.isSymbolicLink
                && (entry.name.hasPrefix(BuildWorkspace.prefix)
                    || entry.name.hasPrefix(BuildWorkspace.unfinishedPrefix))
        }.map(\.name)
        guard !names.isEmpty else { return [] }
        let root = try TreeRoot(folder)
        return names.map { name in
            var finding = Finding(path: folder.appending(name).string, outcome: .left)
            do {
                try LockedFolder.inspect(name, in: root.descriptor) { state in
                    try collect(name, state, in: root, &finding)
                }
            } catch let errno as Errno {
                finding.reason = errno.description
            } catch {
                finding.reason = BuildError(wrapping: error).cause ?? String(describing: error)
            }
            return finding
        }
    }

    /// Makes a scratch folder in `folder`, hands it to `body` and removes it, whatever happened; the body's error wins.
    ///
    /// One whose process was killed is found by `collect`, as a build's is.
    package static func with<Result>(
        in folder: FilePath, for user: String, _ body: (FilePath) throws -> Result
    ) throws -> Result {
        guard let scratch = RealPath.of(folder) else {
            throw BuildError(
                .environment, "there is no scratch folder '\(folder)'",
                hint: "Set TMP_DIR to a folder with room.")
        }
        let identifier = String(BuildSession.randomName().prefix(12))
        let owner = ScratchOwner(
            supervisor: getpid(), started: Date().formatted(.iso8601), user: user, outputs: [])
        let locked = try make(identifier, in: scratch, contents: owner.text)
        let path = locked.path
        let result = Swift.Result { try body(path) }
        do {
            try remove(path)
        } catch {
            if case .success = result { throw error }
        }
        _ = consume locked
        return try result.get()
    }

    /// Makes the folder of a build, or of a verification, with its lock.
    static func make(
        _ identifier: String, in scratch: FilePath, contents: String
    ) throws -> LockedFolder {
        do {
            return try LockedFolder.make(
                scratch.appending(BuildWorkspace.prefix + identifier),
                by: scratch.appending(BuildWorkspace.unfinishedPrefix + identifier),
                contents: contents)
        } catch let errno as Errno {
            throw BuildError(
                .environment, "cannot make a folder in the scratch folder '\(scratch)'",
                hint: "Set TMP_DIR to a folder with room.", cause: errno.description)
        }
    }

    private static func collect(
        _ name: String, _ state: LockedFolder.State, in root: TreeRoot, _ finding: inout Finding
    ) throws {
        switch state {
        case .inUse:
            finding.outcome = .inUse
        case .unlocked(let age)
        where name.hasPrefix(BuildWorkspace.unfinishedPrefix) && age < youth:
            finding.outcome = .inUse
        case .abandoned(let text, let user):
            finding.owner = ScratchOwner(text: text)
            // Only a builder, that is root, can have written such a file for other users to act on.
            if user == 0 || user == UserAccount.effectiveID {
                try removeOutputs(of: name, ScratchOwner(text: text))
            }
            fallthrough
        case .unlocked:
            try root.remove(name)
            finding.outcome = .removed
        }
    }

    /// Removes the output files that a killed build had begun, in the folders that it wrote to.
    private static func removeOutputs(of name: String, _ owner: ScratchOwner) throws {
        let identifier = String(name.dropFirst(BuildWorkspace.prefix.count))
        let folders = Set(owner.outputs.map { FilePath($0).removingLastComponent() })
        for folder in folders where RealPath.of(folder) != nil {
            try StaleOutputs.remove(in: folder, buildID: identifier)
        }
    }

    /// Removes the scratch folder at `path`.
    static func remove(_ path: FilePath) throws {
        guard let name = path.lastComponent else { return }
        try TreeRoot(path.removingLastComponent()).remove(name.string)
    }
}
