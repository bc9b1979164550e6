// SPDX-License-Identifier: Apache-2.0

internal import ElementAPI
internal import Glibc

/// Copies a tree of files inside the chroot, which this process sees as its root folder.
struct StaticFiles {
    let target: InstallContext

    /// What `rsync --cvs-exclude` passes over: patterns of fnmatch(3).
    private static let excluded = [
        "RCS", "SCCS", "CVS", "CVS.adm", "RCSLOG", "cvslog.*", "tags", "TAGS", ".make.state",
        ".nse_depinfo", "*~", "#*", ".#*", ",*", "_$*", "*$", "*.old", "*.bak", "*.BAK", "*.orig",
        "*.rej", ".del-*", "*.a", "*.olb", "*.o", "*.obj", "*.so", "*.exe", "*.Z", "*.elc", "*.ln",
        "core", ".svn", ".git", ".hg", ".bzr",
    ]

    /// Copies what is in the folder `source` into the folder `folder`; both without a slash at the end.
    func copy(_ source: String, to folder: String) throws {
        for name in try target.list(source) where !Self.isExcluded(name) {
            let from = "\(source)/\(name)"
            let path = "\(folder)/\(name)"
            switch try target.kind(of: from) {
            case .folder:
                try target.makeFolder(path, mode: try mode(of: from))
                try copy(from, to: path)
            case .link: try target.makeLink(path, to: try linkTarget(of: from))
            case .file:
                let isThere = try target.kind(of: path) == .file
                let mode = try mode(of: isThere ? path : from)
                try target.writeFile(path, bytes: try target.readBytes(from), mode: mode)
            case .other, nil: target.log("'\(path)' is no file and left out", level: .warning)
            }
        }
    }

    private static func isExcluded(_ name: String) -> Bool {
        excluded.contains { fnmatch($0, name, 0) == 0 }
    }

    private func mode(of path: String) throws -> UInt32 {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("look up", path) }
        return UInt32(status.st_mode & 0o7777)
    }

    private func linkTarget(of path: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &buffer, buffer.count)
        guard length >= 0 else { throw failure("read", path) }
        return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func failure(_ verb: String, _ path: String) -> ElementError {
        ElementError("cannot \(verb) '\(path)': \(String(cString: strerror(errno)))")
    }
}
