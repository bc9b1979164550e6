// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A process of this pid namespace, as /proc shows it.
package struct RunningProcess: Equatable, Sendable {
    package var id: Int32
    package var parent: Int32
    /// The first word of its command line, or its short name when that is empty.
    package var program: String

    /// All processes that have not ended; one that is only waiting to be reaped has.
    package static func all() throws -> [RunningProcess] {
        try FolderListing.entries(of: "/proc").compactMap { entry in
            guard let id = Int32(entry.name) else { return nil }
            return read(id)
        }
    }

    /// Those that did not come from this process: init and this process's descendants left out.
    ///
    /// A process whose parent has ended becomes a child of init. That is how a daemon that a hook
    /// left is told from a program that this process is still running.
    package static func strangers() throws -> [RunningProcess] {
        let all = try all()
        let parents = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.parent) })
        let own = getpid()
        return all.filter { process in
            var ancestor = process.id
            // A number that was given anew while /proc was read could close a circle.
            for _ in 0..<all.count where ancestor > 1 && ancestor != own {
                ancestor = parents[ancestor] ?? 0
            }
            return process.id != 1 && ancestor != own
        }
    }

    /// Sends a signal; a process that has ended meanwhile is no error.
    package func signal(_ number: Int32) throws(Errno) {
        guard kill(id, number) == 0 || errno == ESRCH else { throw Errno(rawValue: errno) }
    }

    private static func read(_ id: Int32) -> RunningProcess? {
        let folder = FilePath("/proc/\(id)")
        // It may end at any moment, so that any error means: not there.
        guard let stat = try? FileDescriptor.contents(of: folder.appending("stat")) else {
            return nil
        }
        let text = String(decoding: stat, as: UTF8.self)
        // The name stands in parentheses and may itself hold any character.
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 1, fields[0] != "Z", fields[0] != "X", let parent = Int32(fields[1])
        else { return nil }
        let words =
            (try? FileDescriptor.contents(of: folder.appending("cmdline"), limit: 4096)) ?? []
        let first = String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
        let name = String(text[text.index(after: start)..<end])
        return RunningProcess(id: id, parent: parent, program: first.isEmpty ? name : first)
    }
}
