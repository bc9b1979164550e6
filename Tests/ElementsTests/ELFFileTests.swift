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

/// A few thousand names of some megabytes each would fill the memory.
@Test
private func namesOfLibrariesLongerThanAPathAreRefused() throws {
    try TemporaryFolder.with("elf") { folder in
        let source = folder.appending("empty.c")
        let needed = folder.appending("needed.so").string
        let library = folder.appending("library.so")
        try TextFile.write("", to: source)
        for (length, isRead) in [(4000, true), (5000, false)] {
            let name = String(repeating: "x", count: length)
            try Command("cc", ["-shared", source.string, "-o", needed, "-Wl,-soname,\(name)"])
                .checkedOutput()
            try Command(
                "cc",
                ["-shared", source.string, "-o", library.string, "-Wl,--no-as-needed", needed]
            ).checkedOutput()
            if isRead {
                let libraries = try withFile(library) {
                    try ELFFile(reading: $0).neededLibraries
                }
                #expect(libraries.contains(name))
            } else {
                let fault = #expect(throws: PluginFault.self) {
                    try withFile(library) { try ELFFile(reading: $0) }
                }
                #expect(fault?.reason == "is damaged: its library names cannot be read")
            }
        }
    }
}
