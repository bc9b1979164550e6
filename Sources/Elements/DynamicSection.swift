// SPDX-License-Identifier: Apache-2.0

/// What `.dynamic` tells the loader: which libraries to look for, and where.
struct DynamicSection {
    private static let entrySize = 16
    /// A library has some 30 entries, and a path has a limit: a file with more of either would fill the memory.
    private static let mostEntries = 4096
    private static let longestText = 4096

    private enum Tag {
        static let needed: UInt64 = 1
        static let path: UInt64 = 15
        static let runPath: UInt64 = 29
        static let textRelocations: UInt64 = 22
        static let bindNow: UInt64 = 24
        static let flags: UInt64 = 30
        static let moreFlags: UInt64 = 0x6fff_fffb
    }

    /// What the loader is asked to do beside finding libraries.
    struct Loading {
        /// DT_TEXTREL or DF_TEXTREL.
        var changesCode = false
        /// DT_BIND_NOW, DF_BIND_NOW or DF_1_NOW: every symbol is looked up when the file is loaded.
        var bindsAtOnce = false

        fileprivate mutating func take(_ tag: UInt64, _ value: UInt64) {
            switch tag {
            case Tag.textRelocations: changesCode = true
            case Tag.bindNow: bindsAtOnce = true
            case Tag.flags:
                changesCode = changesCode || value & 4 != 0
                bindsAtOnce = bindsAtOnce || value & 8 != 0
            case Tag.moreFlags: bindsAtOnce = bindsAtOnce || value & 1 != 0
            default: break
            }
        }
    }

    private(set) var neededLibraries: [String] = []
    private(set) var runPaths: [String] = []
    private(set) var loading = Loading()

    init(_ sections: [ELFFile.Section], in image: FileImage) throws {
        guard let section = sections.first(where: { $0.type == ELFFile.Section.dynamic }) else {
            throw PluginFault("is an ELF file, but no shared library")
        }
        guard let link = sections.element(at: section.link) else {
            throw ELFFile.damaged("its dynamic section")
        }
        let entries = try image.table(section, called: "its dynamic section")
        guard entries.bytes.count <= Self.mostEntries * Self.entrySize else {
            throw ELFFile.damaged("its dynamic section")
        }
        let texts = try image.table(link, called: "its library names")
        for start in stride(from: 0, to: entries.bytes.count, by: Self.entrySize) {
            guard let tag = entries.number(UInt64.self, at: start),
                let value = entries.number(UInt64.self, at: start + 8), tag != 0
            else { break }
            loading.take(tag, value)
            guard [Tag.needed, Tag.path, Tag.runPath].contains(tag) else { continue }
            guard let offset = Int(exactly: value), let text = texts.text(at: offset),
                text.utf8.count <= Self.longestText
            else {
                throw ELFFile.damaged("its library names")
            }
            if tag == Tag.needed {
                neededLibraries.append(text)
            } else {
                runPaths += text.split(separator: ":").map(String.init)
            }
        }
    }
}
