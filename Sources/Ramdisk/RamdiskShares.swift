// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// What makes a ramdisk as large as it is.
struct RamdiskShares {
    private static let rows = 15

    /// The sizes of all files, unpacked.
    private(set) var total = ByteCount.zero
    private var sizes: [String: Int64] = [:]

    /// Measures the files of the folder `root`.
    init(_ root: FilePath, _ contents: RamdiskTree) throws {
        try TreeWalk(root: root).forEach { entry in
            guard entry.kind == .file else { return true }
            let size = Int64(entry.status.st_size)
            total += ByteCount(size)
            let path = "/" + String(decoding: entry.path, as: UTF8.self)
            let reason = Self.reason(of: path, contents)
            sizes["\(path) (\(reason))", default: 0] += size
            return true
        }
    }

    /// The largest files, a line each, with the reason why they are there.
    var table: String {
        sizes.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .prefix(Self.rows)
            .map { "\(ByteCount($0.value))  \($0.key)" }.joined(separator: "\n")
    }

    private static func reason(of path: String, _ contents: RamdiskTree) -> String {
        if let text = contents.texts[path] { return text.reason }
        var folder = path
        while !folder.isEmpty {
            if let reason = contents.reasons[folder] { return reason }
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        return "made for the ramdisk"
    }
}
