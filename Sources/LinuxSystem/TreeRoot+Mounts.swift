// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import SystemPackage

extension TreeRoot {
    /// Mounts `mount` over a folder of the tree.
    ///
    /// - Throws: `BuildError` when the path is no folder, or leads through a link.
    package func attach(_ mount: borrowing Mount, over path: String) throws {
        guard let folder = try realFolder(path) else {
            throw BuildError(
                .buildFailed, "cannot mount on '\(path)' in the tree '\(self.path)'",
                hint: "Find the element that makes it a link or a file: it has to be a folder.",
                cause: "it is no folder")
        }
        do throws(Errno) {
            try mount.attach(to: folder.descriptor)
        } catch {
            throw self.error("mount", path, error)
        }
    }
}
