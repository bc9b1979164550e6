// SPDX-License-Identifier: Apache-2.0

/// What only a thorough check reads: segments, symbols with their versions, section names.
extension ELFFile {
    /// An entry of the program headers.
    package struct Segment {
        static let stack: UInt32 = 0x6474_e551
        static let relro: UInt32 = 0x6474_e552
        static let executable: UInt32 = 1
        fileprivate static let size = 56

        var type: UInt32
        var flags: UInt32
    }

    /// An entry of `.dynsym`.
    package struct Symbol {
        var name: String
        /// Global or weak, and to be found elsewhere.
        var isUndefined: Bool
        var isWeak: Bool
        var isFunction: Bool
        /// A variable; a symbol may be neither, as assemblers leave them.
        var isData: Bool
        /// Hidden and internal symbols are nobody else's business.
        var isVisible: Bool
        /// The index of its version in `versionNeeds`; 0 and 1 mean none.
        var version: UInt16
    }

    /// A version that symbols of a needed library have to have, from `.gnu.version_r`.
    package struct VersionNeed {
        var library: String
        var version: String
        var index: UInt16
    }

    private static let versionTable: UInt32 = 0x6fff_ffff
    private static let versionNeedTable: UInt32 = 0x6fff_fffe

    /// The program headers: how the file becomes memory.
    package func segments() throws -> [Segment] {
        let header = try image.bytes(at: 0, count: 64)
        guard let offset = header.number(UInt64.self, at: 32),
            let size = header.number(UInt16.self, at: 54),
            let count = header.number(UInt16.self, at: 56), size == Segment.size
        else { throw Self.damaged("its program headers") }
        let table = try image.bytes(
            at: offset, count: Int(count) * Segment.size, called: "its program headers")
        return try (0..<Int(count)).map { index in
            guard let type = table.number(UInt32.self, at: index * Segment.size),
                let flags = table.number(UInt32.self, at: index * Segment.size + 4)
            else { throw Self.damaged("its program headers") }
            return Segment(type: type, flags: flags)
        }
    }

    /// Global and weak symbols of the dynamic symbol table.
    package func dynamicSymbols() throws -> [Symbol] {
        guard let section = sections.first(where: { $0.type == Section.dynamicSymbols }),
            let link = sections.element(at: section.link)
        else { return [] }
        let table = try image.table(section, called: "its dynamic symbols")
        let texts = try image.table(link, called: "its symbol names")
        let versions = try sections.first { $0.type == Self.versionTable }.map {
            try image.table($0, called: "its symbol versions")
        }
        var symbols: [Symbol] = []
        for offset in stride(from: 0, to: table.bytes.count, by: Section.symbolSize) {
            guard let name = table.number(UInt32.self, at: offset),
                let info = table.number(UInt8.self, at: offset + 4),
                let other = table.number(UInt8.self, at: offset + 5),
                let home = table.number(UInt16.self, at: offset + 6)
            else { break }
            // Binding 10 is unique: one definition for the whole process.
            guard [1, 2, 10].contains(info >> 4) else { continue }
            guard let text = texts.text(at: Int(name)) else {
                throw Self.damaged("its symbol names")
            }
            let index = offset / Section.symbolSize
            symbols.append(
                Symbol(
                    name: text, isUndefined: home == 0, isWeak: info >> 4 == 2,
                    isFunction: [2, 10].contains(info & 15), isData: [1, 5, 6].contains(info & 15),
                    isVisible: [0, 3].contains(other & 3),
                    version: (versions?.number(UInt16.self, at: index * 2) ?? 0) & 0x7fff))
        }
        return symbols
    }

    /// The versions that symbols of other libraries have to have.
    package func versionNeeds() throws -> [VersionNeed] {
        guard let section = sections.first(where: { $0.type == Self.versionNeedTable }),
            let link = sections.element(at: section.link)
        else { return [] }
        let table = try image.table(section, called: "its library versions")
        let texts = try image.table(link, called: "its library names")
        func text(_ offset: Int) throws -> String {
            guard let place = table.number(UInt32.self, at: offset),
                let text = texts.text(at: Int(place))
            else { throw Self.damaged("its library versions") }
            return text
        }
        var needs: [VersionNeed] = []
        var offset = 0
        // Each step moves on by at least one record, so that a circle cannot be made.
        while let count = table.number(UInt16.self, at: offset + 2),
            let first = table.number(UInt32.self, at: offset + 8),
            let next = table.number(UInt32.self, at: offset + 12)
        {
            let library = try text(offset + 4)
            var entry = offset + Int(first)
            for _ in 0..<count {
                guard let index = table.number(UInt16.self, at: entry + 6),
                    let step = table.number(UInt32.self, at: entry + 12)
                else { throw Self.damaged("its library versions") }
                needs.append(
                    VersionNeed(
                        library: library, version: try text(entry + 8), index: index & 0x7fff))
                if step == 0 { break }
                entry += Int(step)
            }
            guard next >= 16 else { break }
            offset += Int(next)
        }
        return needs
    }

    /// Whether there is a section of one of these names.
    func hasSection(among wanted: [StaticString]) -> Bool {
        sections.contains { section in
            wanted.contains { names.holds($0, at: Int(section.name)) }
        }
    }
}
