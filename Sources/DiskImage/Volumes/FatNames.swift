// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem

/// The names that a vfat can hold: UTF-16 without some characters, no two in a folder that differ only in case, and not
/// more in a folder than fit.
struct FatNames {
    enum Answer: Equatable {
        case fits
        case hasForbiddenName
        /// The path of the other one.
        case differsInCase(String)
        case fillsFolder
    }

    private struct Folder {
        /// Names as they are compared, with their paths.
        var names: [String: String] = [:]
        var entries: Int
    }

    /// The most entries of the root folder, by mkfs.fat(8) -r, and of others, by FAT_MAX_DIR_ENTRIES of Linux.
    ///
    /// The root folder of 32-bit FATs is like the others.
    private static let most = (root: 32767, other: 65536)

    private let isRootFixed: Bool
    private var open: [Folder] = []
    /// Whether the root folder, whose size is fixed, has no room for the last name.
    private(set) var isRootFull = false

    /// `isRootFixed` unless the FAT is known to have 32 bits: which it will be else shows only when the size is known.
    init(isRootFixed: Bool) { self.isRootFixed = isRootFixed }

    /// How many entries the root folder needs for these names: the label has one, too.
    static func rootEntries(_ names: some Sequence<String>) -> Int {
        names.reduce(1) { $0 + entries(ofName: $1) }
    }

    /// One with the short name, and one for each 13 units of UTF-16; mtools leaves these out where they say no more.
    private static func entries(ofName name: String) -> Int { 1 + (name.utf16.count + 12) / 13 }

    /// Adds an entry of the tree, in the order of `TreeWalk`.
    mutating func add(_ entry: TreeEntry) -> Answer {
        guard let name = Self.name(of: entry) else { return .hasForbiddenName }
        let depth = entry.path.count { $0 == UInt8(ascii: "/") }
        if open.count > depth + 1 { open.removeLast(open.count - depth - 1) }
        // The label; or "." and "..".
        while open.count <= depth { open.append(Folder(entries: open.isEmpty ? 1 : 2)) }
        // vfat_hashi of Linux, and Windows, compare letter by letter.
        if let other = open[depth].names.updateValue(
            entry.displayPath, forKey: name.lowercased())
        {
            return .differsInCase(other)
        }
        open[depth].entries += Self.entries(ofName: name)
        let isFixed = depth == 0 && isRootFixed
        guard open[depth].entries > (isFixed ? Self.most.root : Self.most.other) else {
            return .fits
        }
        isRootFull = isFixed
        return .fillsFolder
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
