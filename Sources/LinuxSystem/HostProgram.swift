// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Finds programs of the build host, and what this process may do with files there.
package enum HostProgram {
    /// Folders with programs for root, which are missing in the PATH of many users.
    private static let systemFolders = [
        "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin",
    ]

    /// The file that `name` starts, from the folders of `path` and then the system's own; nil when there is none.
    package static func find(_ name: String, path: String) -> FilePath? {
        let folders = path.split(separator: ":").map(String.init) + systemFolders
        return folders.lazy.filter { $0.hasPrefix("/") }
            .map { FilePath($0).appending(name) }
            .first { isFile($0) && access($0.string, X_OK) == 0 }
    }

    /// Whether this process may make and rename entries in `folder`; access(2) with the effective user's rights.
    package static func mayWrite(in folder: FilePath) -> Bool {
        faccessat(AT_FDCWD, folder.string, W_OK | X_OK, AT_EACCESS) == 0
    }

    /// Whether it is the file system of `folder` that nothing can be written to, whoever asks.
    package static func isReadOnly(_ folder: FilePath) -> Bool {
        faccessat(AT_FDCWD, folder.string, W_OK, AT_EACCESS) != 0 && errno == EROFS
    }

    private static func isFile(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
