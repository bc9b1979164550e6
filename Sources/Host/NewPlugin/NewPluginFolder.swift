// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage

/// Writes the folder of a new element: all of it, or nothing.
enum NewPluginFolder {
    /// Makes `folder`, which must not exist, and the files in it.
    static func write(_ files: [(path: String, text: String)], to folder: FilePath) throws {
        do {
            try NewFolder.make(folder)
        } catch {
            throw refusal(of: folder, error)
        }
        do {
            for (path, text) in files { try write(text, to: path, in: folder) }
        } catch {
            try removeOwn(folder)
            throw error
        }
    }

    private static func refusal(of folder: FilePath, _ error: Errno) -> BuildError {
        if error == .fileExists {
            return BuildError(
                .refused, "'\(folder)' exists already",
                hint: "Choose another name, or another folder with --directory.")
        }
        return BuildError(
            .refused, "cannot make the folder '\(folder)': \(error)",
            hint: "Name a folder that can be written with --directory.")
    }

    private static func write(_ text: String, to path: String, in folder: FilePath) throws {
        do {
            try makeFolders(FilePath(path).removingLastComponent(), in: folder)
            let file = try FileDescriptor.open(
                folder.appending(path), .writeOnly,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(text.utf8) }
        } catch let error as Errno {
            throw BuildError(
                .buildFailed, "cannot write '\(folder.appending(path))': \(error)",
                hint: "Name a folder that can be written with --directory.")
        }
    }

    /// Makes the folders of `path`, of which earlier files have made some.
    private static func makeFolders(_ path: FilePath, in folder: FilePath) throws(Errno) {
        var parent = folder
        for component in path.components {
            parent.append(component)
            do {
                try NewFolder.make(parent)
            } catch {
                guard error == .fileExists else { throw error }
            }
        }
    }

    /// Removes the folder that this run has made.
    private static func removeOwn(_ folder: FilePath) throws {
        let absolute = try WorkingDirectory.absolute(folder)
        guard let name = absolute.lastComponent else { return }
        try TreeRoot(absolute.removingLastComponent()).remove(name.string)
    }
}
