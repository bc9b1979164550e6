// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import Planning
internal import SystemPackage

/// An older output that keeps its bytes under a name with the time: NAME-2026.01.31-23.59.59.qcow2.
enum KeptOutput {
    /// Gives the file at `path` a second name, with its checksum files, and returns it; nil where there is no file.
    ///
    /// A link rather than a rename: at no moment is the final name without a file.
    static func keep(_ path: FilePath) throws -> FilePath? {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            guard errno == ENOENT else { throw failure(path) }
            return nil
        }
        let aside = try unusedName(for: path)
        try move(path, to: aside)
        for algorithm in Digest.Algorithm.allCases {
            let checksum = FilePath("\(path).\(algorithm.rawValue)")
            guard lstat(checksum.string, &status) == 0 else { continue }
            try move(checksum, to: FilePath("\(aside).\(algorithm.rawValue)"))
            try OutputFile.remove(checksum)
        }
        return aside
    }

    /// Gives a kept output its old name again, and its checksum files theirs, where they do not have it.
    static func putBack(_ path: FilePath, from aside: FilePath) {
        for ending in [""] + Digest.Algorithm.allCases.map({ ".\($0.rawValue)" }) {
            let (kept, old) = ("\(aside)\(ending)", "\(path)\(ending)")
            // Both names may be links to one file: rename(2) does nothing then.
            if rename(kept, old) == 0 { _ = unlink(kept) }
        }
    }

    private static func move(_ path: FilePath, to aside: FilePath) throws {
        if link(path.string, aside.string) == 0 { return }
        // File systems without hard links answer EPERM or ENOTSUP.
        guard [EPERM, ENOTSUP, EMLINK].contains(errno), rename(path.string, aside.string) == 0
        else {
            throw failure(path)
        }
    }

    private static func unusedName(for path: FilePath) throws -> FilePath {
        let folder = path.removingLastComponent()
        let stem = path.stem ?? ""
        let ending = path.extension.map { ".\($0)" } ?? ""
        let moment = try localTime()
        var status = stat()
        for number in 1...1000 {
            let repeated = number == 1 ? "" : "-\(number)"
            let candidate = folder.appending("\(stem)-\(moment)\(repeated)\(ending)")
            if lstat(candidate.string, &status) != 0, errno == ENOENT { return candidate }
        }
        throw BuildError(.buildFailed, "cannot find a free name to keep '\(path)' under")
    }

    /// The local time as %Y.%m.%d-%H.%M.%S.
    private static func localTime() throws -> String {
        var now = time(nil)
        var parts = tm()
        guard localtime_r(&now, &parts) != nil else { throw Errno(rawValue: errno) }
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y.%m.%d-%H.%M.%S", &parts)
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func failure(_ path: FilePath) -> BuildError {
        BuildError(
            .buildFailed,
            "cannot keep the existing '\(path)' under another name:"
                + " \(Errno(rawValue: errno))")
    }
}
