// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Writes a tree as a tar archive (pax) that says nothing about the machine or the moment of the build.
///
/// Entries come sorted by bytes, owners as numbers, modification times in whole seconds and not after `latestTime`;
/// there is no access or change time, no inode or device number of the build host. Extended attributes go into
/// SCHILY.xattr headers only, the ones that GNU tar reads. Kept: hard links, sparse files, POSIX ACLs, the tree's own
/// device nodes. Left out: sockets, which tar cannot hold, and whatever is mounted into the tree.
package enum TreeArchive {
    package struct Options: Sendable {
        /// The latest modification time, in seconds since 1970, that later ones are set back to; nil keeps all.
        package var latestTime: Int64?
        /// Folders that are written without their contents, as paths below the root.
        package var emptiedFolders: Set<String> = ["proc", "sys"]
        /// Entries that are left out, with all that is in them.
        package var leftOut: Set<String> = ["lost+found"]
        /// Readable once the work is to end with `BuildError.Code.interrupted`.
        package var interrupt: FileDescriptor?

        package init(latestTime: Int64? = nil, interrupt: FileDescriptor? = nil) {
            self.latestTime = latestTime
            self.interrupt = interrupt
        }
    }

    /// What an archive holds, and what it does not.
    package struct Summary: Equatable, Sendable {
        package var entries = 0
        package var sockets = 0
        /// What the user should know, a line each.
        package var warnings: [String] {
            guard sockets > 0 else { return [] }
            return ["the archive leaves out \(sockets) socket\(sockets == 1 ? "" : "s")"]
        }
    }

    /// Writes the folder `tree` to `output`, from the descriptor's offset on, and leaves the descriptor open.
    package static func writeTar(
        of tree: FilePath, to output: FileDescriptor, options: Options = Options()
    ) throws -> Summary {
        let writer = try TarWriter(output: output)
        var archiver = TreeArchiver(options: options, writer: writer)
        try TreeWalk(root: tree, interrupt: options.interrupt).forEach { try archiver.add($0) }
        try writer.finish()
        return archiver.summary
    }
}
