// SPDX-License-Identifier: Apache-2.0

import Elements
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

private let plugin = BuiltProducts.folder.appending("libVM.so")

private func withFile<Result>(_ path: FilePath, _ body: (FileDescriptor) throws -> Result) throws
    -> Result
{
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try file.closeAfter { try body(file) }
}

@Test
private func neededLibrariesAreThoseThatReadelfLists() throws {
    let listing = try Command("readelf", ["--dynamic", "--wide", plugin.string]).checkedOutput()
    let expected = listing.split(separator: "\n").compactMap { line -> String? in
        guard line.contains("(NEEDED)"), let open = line.lastIndex(of: "["),
            let close = line.lastIndex(of: "]")
        else { return nil }
        return String(line[line.index(after: open)..<close])
    }
    #expect(!expected.isEmpty)
    #expect(try withFile(plugin) { try ELFFile(reading: $0).neededLibraries } == expected)
}

@Test
private func theManifestIsTheSectionThatObjcopyExtracts() throws {
    try TemporaryFolder.with("elf") { folder in
        let section = folder.appending("section")
        try Command(
            "objcopy",
            ["--dump-section", ".dib.manifest=\(section)", plugin.string, folder.string + "/copy"]
        ).checkedOutput()
        let expected = try FileDescriptor.contents(of: section)
        let found = try withFile(plugin) {
            try ELFFile(reading: $0).contents(ofSection: ".dib.manifest", limit: 1 << 20)
        }
        #expect(found == expected)
        #expect(
            try withFile(plugin) {
                try ELFFile(reading: $0).contents(ofSection: ".dib.manifes", limit: 1 << 20)
            } == nil)
    }
}

@Test
private func symbolsAreDefinedAsNmSays() throws {
    let listing = try Command(
        "nm", ["--dynamic", "--defined-only", "--format=just-symbols", plugin.string]
    ).checkedOutput()
    let names = listing.split(separator: "\n").map { $0.prefix { $0 != "@" } }
    #expect(names.contains("dib_element_v1"))
    try withFile(plugin) { file in
        let elf = try ELFFile(reading: file)
        #expect(try elf.defines("dib_element_v1"))
        #expect(try !elf.defines("dib_element_v"))
        #expect(try !elf.defines("malloc"), "what is imported is not defined")
        #expect(elf.machine == Machine.current.number)
    }
}

@Test
private func anExecutableIsNoPlugin() throws {
    try TemporaryFolder.with("elf") { folder in
        let source = folder.appending("main.c")
        let program = folder.appending("main")
        try TextFile.write("int main(void) { return 0; }\n", to: source)
        try Command("cc", ["-no-pie", source.string, "-o", program.string]).checkedOutput()
        #expect(
            throws: PluginFault(
                "is an ELF file, but no shared library", hint: "Link the plugin with -shared.")
        ) {
            try withFile(program) { try ELFFile(reading: $0) }
        }
    }
}

/// Each copy differs in some bytes of the tables that are read, or ends early; the seed is fixed, so that a failure comes back.
@Test
private func damagedPluginsAreRefusedOrReadButNeverTrap() throws {
    let original = try FileDescriptor.contents(of: plugin)
    var random = SeededGenerator(state: 20_240_607)
    let tables = try interestingOffsets(original)
    var refusals = 0
    for round in 0..<2000 {
        var copy = original
        if round % 5 == 0 {
            copy.removeLast(Int.random(in: 1...copy.count, using: &random))
        } else {
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let range = tables[Int.random(in: 0..<tables.count, using: &random)]
                copy[Int.random(in: range, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
        }
        let file = try FileDescriptor.memoryFile(holding: copy)
        try file.closeAfter {
            do {
                _ = try PluginFile(reading: file, path: plugin)
            } catch is PluginFault {
                refusals += 1
            } catch is PluginFile.Unusable {
                refusals += 1
            }
        }
    }
    #expect(refusals > 500)
}

/// Header, section headers, and the sections that a reader looks into, from readelf.
private func interestingOffsets(_ bytes: [UInt8]) throws -> [Range<Int>] {
    let listing = try Command("readelf", ["--sections", "--wide", plugin.string]).checkedOutput()
    var ranges = [0..<64]
    for line in listing.split(separator: "\n") {
        let words = line.replacing("[ ", with: "[").split(separator: " ")
        guard words.count > 5,
            [".dynsym", ".dynstr", ".dynamic", ".dib.manifest", ".shstrtab"].contains(words[1]),
            let offset = Int(words[4], radix: 16), let size = Int(words[5], radix: 16), size > 0
        else { continue }
        ranges.append(offset..<offset + size)
    }
    #expect(ranges.count == 6)
    let header = try Command("readelf", ["--file-header", plugin.string]).checkedOutput()
    let start = header.split(separator: "\n").first { $0.contains("Start of section headers") }
    let digits = start.map { $0.drop { !$0.isNumber }.prefix { $0.isNumber } }
    let offset = try #require(digits.flatMap { Int($0) })
    ranges.append(offset..<bytes.count)
    return ranges
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
