// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem

/// The names that a vfat can hold: UTF-16 without some characters, and no two in a folder that differ only in case.
struct FatNames {
    enum Answer: Equatable {
        case fits
        case hasForbiddenName
        /// The path of the other one.
        case differsInCase(String)
    }

    /// The names in each open folder as they are compared, with their paths.
    private var open: [[String: String]] = []

    /// Adds an entry of the tree, in the order of `TreeWalk`.
    mutating func add(_ entry: TreeEntry) -> Answer {
        guard let name = Self.name(of: entry) else { return .hasForbiddenName }
        let depth = entry.path.count { $0 == UInt8(ascii: "/") }
        if open.count > depth + 1 { open.removeLast(open.count - depth - 1) }
        while open.count <= depth { open.append([:]) }
        // vfat_hashi of Linux, and Windows, compare letter by letter.
        if let other = open[depth].updateValue(entry.displayPath, forKey: name.lowercased()) {
            return .differsInCase(other)
        }
        return .fits
    }

    /// The name, if it may stand in a folder of a vfat.
    private static func name(of entry: TreeEntry) -> String? {
        guard let name = String(validating: entry.name, as: UTF8.self),
            !name.unicodeScalars.contains(where: {
                "\\:*?\"<>|".unicodeScalars.contains($0) || $0 < " "
            }),
            !name.hasSuffix("."), !name.hasSuffix(" "), name.utf16.count <= 255
        else { return nil }
        return name
    }
}
