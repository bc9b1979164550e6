// SPDX-License-Identifier: Apache-2.0

/// What `.dynamic` tells the loader: which libraries to look for, and where.
struct DynamicSection {
    private static let entrySize = 16

    private enum Tag {
        static let needed: UInt64 = 1
        static let path: UInt64 = 15
        static let runPath: UInt64 = 29
    }

    private(set) var neededLibraries: [String] = []
    private(set) var runPaths: [String] = []

    init(_ sections: [ELFFile.Section], in image: FileImage) throws {
        guard let section = sections.first(where: { $0.type == ELFFile.Section.dynamic }) else {
            throw PluginFault("is an ELF file, but no shared library")
        }
        guard let link = sections.element(at: section.link) else {
            throw ELFFile.damaged("its dynamic section")
        }
        let entries = try image.table(section, called: "its dynamic section")
        let texts = try image.table(link, called: "its library names")
        for start in stride(from: 0, to: entries.bytes.count, by: Self.entrySize) {
            guard let tag = entries.number(UInt64.self, at: start),
                let value = entries.number(UInt64.self, at: start + 8), tag != 0
            else { break }
            guard [Tag.needed, Tag.path, Tag.runPath].contains(tag) else { continue }
            guard let offset = Int(exactly: value), let text = texts.text(at: offset) else {
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
