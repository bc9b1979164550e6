// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// One plugin in memory, damaged for a moment at a time: most often where a reader looks.
///
/// The copy stays one file of its own; what a round overwrites or cuts off is written back behind it, so that a round
/// costs some microseconds.
struct PluginMutator {
    private let original: [UInt8]
    private let copy: FileDescriptor
    /// Header, section headers and the sections that are read.
    private let tables: [Range<Int>]
    private var random: SeededGenerator

    init(_ plugin: FilePath, random: SeededGenerator) throws {
        original = try FileDescriptor.contents(of: plugin)
        tables = try Self.tables(of: plugin, size: original.count)
        copy = try FileDescriptor.memoryFile(holding: original)
        self.random = random
    }

    /// Ends the use of the copy, which is whole again.
    func close() throws -> Bool {
        try copy.closeAfter {
            try copy.seek(offset: 0, from: .start)
            return try copy.contents() == original
        }
    }

    /// Hands a damaged copy to `body`.
    mutating func withDamage(_ body: (FileDescriptor) throws -> Void) throws {
        if Int.random(in: 0..<10, using: &random) == 0 {
            let size = Bool.random(using: &random) ? offset() : original.count - offset() / 100
            try copy.resize(to: Int64(size))
            try body(copy)
            try copy.writeAll(toAbsoluteOffset: Int64(size), original[size...])
            return
        }
        var places: [Range<Int>] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let start = offset()
            let bytes = damage().prefix(original.count - start)
            try copy.writeAll(toAbsoluteOffset: Int64(start), bytes)
            places.append(start..<start + bytes.count)
        }
        try body(copy)
        for place in places {
            try copy.writeAll(toAbsoluteOffset: Int64(place.lowerBound), original[place])
        }
    }

    /// Somewhere in a table, sometimes anywhere.
    private mutating func offset() -> Int {
        guard Int.random(in: 0..<6, using: &random) > 0,
            let table = tables.randomElement(using: &random)
        else { return Int.random(in: 0..<original.count, using: &random) }
        return Int.random(in: table, using: &random)
    }

    /// A number that is just too large or too small, a piece of JSON, a piece of the file, or chance.
    private mutating func damage() -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let size = UInt64(original.count)
            let numbers = [
                0, 1, 0x7fff_ffff, 0xffff_ffff, .max, .max >> 1, size, size - 1, 1 << 24,
            ]
            let number = numbers.randomElement(using: &random) ?? 0
            let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
            return withUnsafeBytes(of: number.littleEndian) { Array($0.prefix(width)) }
        case 1:
            let pieces = [
                "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "null", "-1", "1e999", "\u{0}",
                "\u{fffd}", "99999999999999999999", "{{", "release", "schema",
            ]
            return Array((pieces.randomElement(using: &random) ?? "").utf8)
        case 2:
            let start = Int.random(in: 0..<original.count, using: &random)
            let end = min(start + Int.random(in: 1...64, using: &random), original.count)
            return Array(original[start..<end])
        default:
            return (0..<Int.random(in: 1...8, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
    }

    /// Where readelf finds what a reader of plugins looks into.
    private static func tables(of plugin: FilePath, size: Int) throws -> [Range<Int>] {
        let sections = [
            ".dynsym", ".dynstr", ".dynamic", ".dib.manifest", ".shstrtab", ".gnu.version",
            ".gnu.version_r",
        ]
        let listing = try Command("readelf", ["--sections", "--wide", plugin.string])
            .checkedOutput()
        // The ELF header counts for two: all else hangs on it.
        var ranges = [0..<64, 0..<64]
        for line in listing.split(separator: "\n") {
            let words = line.replacing("[ ", with: "[").split(separator: " ")
            guard words.count > 5, sections.contains(String(words[1])),
                let offset = Int(words[4], radix: 16), let size = Int(words[5], radix: 16)
            else { continue }
            ranges.append(offset..<offset + size)
            if words[1] == ".dib.manifest" { ranges += [ranges[ranges.count - 1]] }
        }
        let header = try Command("readelf", ["--file-header", plugin.string]).checkedOutput()
        let start = header.split(separator: "\n").first { $0.contains("Start of section headers") }
        let digits = start.map { $0.drop { !$0.isNumber }.prefix { $0.isNumber } } ?? ""
        if let offset = Int(digits) { ranges += [offset..<size, offset..<size] }
        precondition(ranges.count == 2 + sections.count + 1 + 2, "\(plugin) has all tables")
        return ranges
    }
}
