// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// What takes the space of the finished tree, for who sets DIB_SHOW_IMAGE_USAGE: files and folders of 10 MiB and more,
/// the largest first; all of them with DIB_SHOW_IMAGE_USAGE_FULL.
struct ImageUsage {
    private static let least = ByteCount.mebibytes(10)

    let tree: FilePath
    let limits: Command.Limits

    /// Whether the variable asks for something, as the original reads it.
    static func isSet(_ name: String, in environment: [String: String]) -> Bool {
        (environment[name] ?? "0") != "0"
    }

    /// One line for each file or folder.
    func lines(all: Bool) throws -> [String] {
        let threshold = all ? [] : ["--threshold=\(Self.least.bytes)"]
        let output = try Command(
            "du",
            ["--all", "--null", "--one-file-system", "--block-size=1"] + threshold + [
                "--", tree.string,
            ]
        ).checkedOutput(limits: limits)
        let entries = output.split(separator: "\0").compactMap {
            entry -> (size: ByteCount, path: String)? in
            guard let tab = entry.firstIndex(of: "\t"), let bytes = Int64(entry[..<tab]) else {
                return nil
            }
            let path = entry[entry.index(after: tab)...].dropFirst(tree.string.count)
            return (ByteCount(bytes), path.isEmpty ? "/" : String(path))
        }
        return entries.sorted { ($1.size, $0.path) < ($0.size, $1.path) }.map {
            "\($0.size)  \($0.path)"
        }
    }
}

extension RunningBuild {
    /// Says what takes the space of the image, when the caller wants to know.
    func showUsage() throws {
        let environment = plan.request.environment
        guard ImageUsage.isSet("DIB_SHOW_IMAGE_USAGE", in: environment) else { return }
        let all = ImageUsage.isSet("DIB_SHOW_IMAGE_USAGE_FULL", in: environment)
        output("what takes the space of the image:")
        for line in try ImageUsage(tree: folders.tree, limits: limits).lines(all: all) {
            output(line)
        }
    }
}
