// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

extension PluginFile {
    /// Symbols and their names lie near the start of a library, section headers at its end.
    private static let head: Int64 = 64 << 10
    private static let tail: Int64 = 16 << 10

    /// Asks the disk for what will be read of all these files, so that reading does not wait for each in turn.
    ///
    /// A file that cannot be opened is told of when it is read.
    static func prefetch(_ files: [FilePath]) {
        for path in files {
            guard
                let file = try? FileDescriptor.open(
                    path, .readOnly, options: [.closeOnExec, .nonBlocking])
            else { continue }
            if let status = try? file.stat(), status.type == .regular {
                file.prefetch(from: 0, count: head)
                file.prefetch(from: max(0, Int64(status.size) - tail), count: tail)
            }
            try? file.close()
        }
    }
}
