// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
package import Planning
internal import SystemPackage

extension BuildPlan {
    /// The plan with the time of its newest input, unless the user set SOURCE_DATE_EPOCH.
    ///
    /// Inputs are the plugins' files, all files of shell elements, and the files that options and variables name. Reads
    /// when they were changed, and nothing else.
    /// - Throws: `BuildError` when one cannot be read.
    package func datingInputs() throws -> BuildPlan {
        guard sourceDate == nil else { return self }
        let parts = try ParallelWork.flatMap(elements.map(\.description), partsOf: 16) { part in
            var newest = NewestFile()
            for element in part {
                let path = FilePath(element.path)
                switch element.kind {
                case .native: newest.add(path)
                case .legacy: try newest.addFiles(below: path)
                }
            }
            return [newest]
        }
        var newest = NewestFile()
        parts.forEach { newest.add($0) }
        let named = [request.environment["ACI_MANIFEST"]].compactMap(\.self)
        for path in request.inputFiles + named { newest.add(FilePath(path)) }
        var plan = self
        plan.sourceDate = newest.file.map {
            SourceDate(seconds: $0.time, origin: .input($0.path.string))
        }
        return plan
    }
}

/// Finds the file that was changed last.
private struct NewestFile: Sendable {
    private(set) var file: (path: FilePath, time: Int64)?

    mutating func add(_ other: NewestFile) {
        guard let found = other.file, found.time > file?.time ?? -1 else { return }
        file = found
    }

    /// Of a link what it leads to counts; one that leads nowhere does not.
    mutating func add(_ path: FilePath) {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return }
        add(path, status)
    }

    /// Folders do not count: their times tell when something was removed or renamed.
    mutating func addFiles(below folder: FilePath) throws {
        var newest = self
        try TreeWalk(root: folder).forEach { entry in
            let path = folder.appending(String(decoding: entry.path, as: UTF8.self))
            switch entry.kind {
            case .file: newest.add(path, entry.status)
            case .link: newest.add(path)
            default: break
            }
            return true
        }
        self = newest
    }

    private mutating func add(_ path: FilePath, _ status: stat) {
        let time = Int64(status.st_mtim.tv_sec)
        guard status.st_mode & S_IFMT == S_IFREG, time > file?.time ?? -1 else { return }
        file = (path, time)
    }
}
