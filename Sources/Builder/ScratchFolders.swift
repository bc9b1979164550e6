// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import DiskImage
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
