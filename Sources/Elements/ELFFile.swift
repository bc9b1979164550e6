// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// What a shared library says of itself, read out of its bytes; none of its code runs.
///
/// Section headers are the table of contents: the manifest lies in a section of its own, and dynamic symbols and needed
/// libraries in `.dynsym` and `.dynamic` (elf(5)). Only these are read, with pread(2), so that a large plugin costs no more
/// than a small one. Every offset and length comes out of the file and is checked against the file's size first.
package struct ELFFile {
    /// Longer tables are no plugin's; the limit keeps a damaged file from taking all memory.
    static let longestTable = 1 << 24
    /// The largest manifest, in bytes.
    static let longestManifest = 1 << 20

    /// `e_machine` of the ELF header.
    package let machine: UInt16
    /// DT_NEEDED: the libraries that the loader looks for, in order.
    package let neededLibraries: [String]
    /// DT_RUNPATH or DT_RPATH: the folders where the loader looks for them first.
    package let runPaths: [String]
    /// How symbols are bound, and what else `.dynamic` asks of the loader.
    let loading: DynamicSection.Loading
    let sections: [Section]
    let names: ByteReader
    let image: FileImage

    /// Reads header, section headers and the dynamic section of `file`, which stays open.
    ///
    /// - Throws: `PluginFault` when this is no shared library for 64-bit little-endian machines, or is damaged.
    package init(reading file: FileDescriptor) throws {
        try self.init(reading: file, isProgram: false)
    }

    /// The same, but a program of either kind passes as well.
    init(reading file: FileDescriptor, isProgram: Bool) throws {
        image = try FileImage(file)
        let header = try image.bytes(at: 0, count: min(64, image.size))
        machine = try Self.machine(from: header, types: isProgram ? Self.programTypes : [3])
        let table = try Self.sectionTable(header)
        sections = try Self.sections(table, in: image)
        guard table.namesIndex < sections.count else { throw Self.damaged("its section names") }
        names = try image.table(sections[table.namesIndex], called: "its section names")
        let dynamic = try DynamicSection(sections, in: image)
        neededLibraries = dynamic.neededLibraries
        runPaths = dynamic.runPaths
        loading = dynamic.loading
    }

    /// What a program or library asks of the loader: libraries, the folders to look in, and the loader itself.
    package typealias StartNeeds = (libraries: [String], runPaths: [String], interpreter: String?)

    /// The needs of a program or library; nil for a static program, and for what is no program at all.
    package static func startNeeds(of file: FileDescriptor) throws -> StartNeeds? {
        let image = try FileImage(file)
        let header = try image.bytes(at: 0, count: min(64, image.size))
        guard header.bytes.starts(with: magic), let type = header.number(UInt16.self, at: 16),
            programTypes.contains(type)
        else { return nil }
        _ = try machine(from: header, types: programTypes)
        let sections = try sections(sectionTable(header), in: image)
        guard sections.contains(where: { $0.type == Section.dynamic }) else { return nil }
        let whole = try ELFFile(reading: file, isProgram: true)
        let interpreter = try whole.contents(ofSection: ".interp", limit: 4096)
            .map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return (whole.neededLibraries, whole.runPaths, interpreter)
    }

    private static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
    /// ET_EXEC and ET_DYN.
    private static let programTypes: [UInt16] = [2, 3]

    /// The bytes of the section called `name`; nil when there is none.
    package func contents(ofSection name: StaticString, limit: Int) throws -> [UInt8]? {
        guard let section = sections.first(where: { names.holds(name, at: Int($0.name)) }) else {
            return nil
        }
        guard section.type != Section.withoutBytes else { throw Self.damaged("section \(name)") }
        guard section.size <= UInt64(limit) else {
            throw PluginFault("has a section \(name) of more than \(limit) bytes")
        }
        return try image.table(section, called: "section \(name)").bytes
    }

    /// Whether the library defines `symbol` for others to call.
    package func defines(_ symbol: StaticString) throws -> Bool {
        for section in sections where section.type == Section.dynamicSymbols {
            let symbols = try image.table(section, called: "its dynamic symbols")
            guard let link = sections.element(at: section.link) else {
                throw Self.damaged("its dynamic symbols")
            }
            let texts = try image.table(link, called: "its symbol names")
            for offset in stride(from: 0, to: symbols.bytes.count, by: Section.symbolSize) {
                guard let name = symbols.number(UInt32.self, at: offset),
                    let info = symbols.number(UInt8.self, at: offset + 4),
                    let home = symbols.number(UInt16.self, at: offset + 6)
                else { break }
                // Bindings 1 and 2 are global and weak; type 2 is a function; section 0 is "defined elsewhere".
                guard [1, 2].contains(info >> 4), info & 15 == 2, home != 0 else { continue }
                if texts.holds(symbol, at: Int(name)) { return true }
            }
        }
        return false
    }
}

// MARK: - Reading

extension ELFFile {
    struct Section {
        static let withoutBytes: UInt32 = 8
        static let dynamic: UInt32 = 6
        static let dynamicSymbols: UInt32 = 11
        static let headerSize = 64
        static let symbolSize = 24
        static let entrySize = 16

        var name: UInt32
        var type: UInt32
        var offset: UInt64
        var size: UInt64
        var link: UInt32
    }

    private struct SectionTable {
        var offset: UInt64
        var count: Int
        var namesIndex: Int
    }

    static func damaged(_ what: String) -> PluginFault {
        PluginFault(
            "is damaged: \(what) cannot be read", hint: "Copy or build the plugin once more.")
    }

    private static func machine(from header: ByteReader, types: [UInt16]) throws -> UInt16 {
        guard header.bytes.starts(with: magic) else {
            throw PluginFault(
                "is no ELF file", hint: "A plugin is a shared library, built for this machine.")
        }
        guard header.bytes.count == 64 else { throw damaged("its header") }
        guard header.bytes[4] == 2, header.bytes[5] == 1 else {
            throw PluginFault(
                "is no library for a 64-bit little-endian machine",
                hint: "Build the plugin for \(Machine.current.name).")
        }
        guard let type = header.number(UInt16.self, at: 16),
            let machine = header.number(UInt16.self, at: 18)
        else { throw damaged("its header") }
        guard types.contains(type) else {
            throw PluginFault(
                "is an ELF file, but no shared library", hint: "Link the plugin with -shared.")
        }
        return machine
    }

    private static func sectionTable(_ header: ByteReader) throws -> SectionTable {
        guard let offset = header.number(UInt64.self, at: 40),
            let entrySize = header.number(UInt16.self, at: 58),
            let count = header.number(UInt16.self, at: 60),
            let namesIndex = header.number(UInt16.self, at: 62)
        else { throw damaged("its header") }
        guard count > 0, offset > 0 else {
            throw PluginFault(
                "has no section headers", hint: "Strip the plugin with 'strip', nothing stronger.")
        }
        guard entrySize == Section.headerSize else { throw damaged("its section headers") }
        return SectionTable(offset: offset, count: Int(count), namesIndex: Int(namesIndex))
    }

    private static func sections(
        _ table: SectionTable, in image: FileImage
    ) throws -> [Section] {
        let reader = try image.bytes(
            at: table.offset, count: table.count * Section.headerSize, called: "its section headers"
        )
        return try (0..<table.count).map { index in
            let start = index * Section.headerSize
            guard let name = reader.number(UInt32.self, at: start),
                let type = reader.number(UInt32.self, at: start + 4),
                let offset = reader.number(UInt64.self, at: start + 24),
                let size = reader.number(UInt64.self, at: start + 32),
                let link = reader.number(UInt32.self, at: start + 40)
            else { throw damaged("its section headers") }
            return Section(name: name, type: type, offset: offset, size: size, link: link)
        }
    }
}

extension [ELFFile.Section] {
    func element(at index: UInt32) -> Element? {
        Int(index) < count ? self[Int(index)] : nil
    }
}
