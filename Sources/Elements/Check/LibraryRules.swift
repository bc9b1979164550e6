// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// What the file needs of other libraries, compared with this machine and with a plain system.
struct LibraryRules {
    private let elf: ELFFile
    private let origin: FilePath
    private let search = LibrarySearch()

    init(_ elf: ELFFile, origin: FilePath) {
        self.elf = elf
        self.origin = origin
    }

    func findings() throws -> [Finding] {
        let libraries = libraries()
        let symbols =
            libraries.contains { $0.rule == .missingLibrary } ? [] : try undefinedSymbols()
        return libraries + (try versions()) + symbols
    }

    private func libraries() -> [Finding] {
        elf.neededLibraries.compactMap { name in
            let files = search.files(of: name, elf.runPaths, origin)
            if files.isEmpty, search.cache != nil {
                return Finding(
                    .missingLibrary,
                    "needs the library '\(name)', which is nowhere on this machine",
                    object: name,
                    hint: "Install the package that brings \(name), or ship the file "
                        + "beside the plugin with the run path $ORIGIN.")
            }
            let own = LibrarySearch.ownPlaces(
                of: name, runPaths: elf.runPaths.filter { $0.contains("ORIGIN") }, origin: origin)
            guard !PlainSystem.has(name), !files.contains(where: own.contains) else { return nil }
            let package = files.first.flatMap(Self.package).map { " (package \($0))" } ?? ""
            return Finding(
                .neededLibrary, "needs the library '\(name)'\(package), which a plain system lacks",
                object: name,
                hint: name == PlainSystem.swiftDebugRuntime
                    ? "Debug builds of Swift code need it: build with '-c release'."
                    : "Link it statically, ship it beside the plugin, or tell who uses the plugin.")
        }
    }

    private func versions() throws -> [Finding] {
        let symbols = try elf.dynamicSymbols().filter(\.isUndefined)
        return try elf.versionNeeds().filter { PlainSystem.isTooNew($0.version) }.map { need in
            let name = symbols.first { $0.version == need.index }?.name
            let symbol = name.map { ", for '\($0)'" } ?? ""
            return Finding(
                .libraryVersion,
                "needs \(need.version) of \(need.library)\(symbol); \(PlainSystem.name) has an older one",
                object: need.version, hint: "Build the plugin on \(PlainSystem.name).")
        }
    }

    /// The most symbols that get a finding each: a library that was forgotten may lack hundreds, which say no more.
    private static let mostSymbols = 8

    private func undefinedSymbols() throws -> [Finding] {
        let names = try SymbolSearch.missing(in: elf, origin: origin, search)
        let more = names.count - Self.mostSymbols
        return names.prefix(Self.mostSymbols).enumerated().map { index, name in
            let isLast = index == Self.mostSymbols - 1 && more > 0
            return Finding(
                .undefinedSymbol,
                "uses '\(name)'\(isLast ? " and \(more) more" : ""), which none of its libraries defines",
                object: name, hint: "Link the library that defines it, and with -z defs.")
        }
    }

    /// The Debian package that brings a file; nil elsewhere.
    private static func package(of file: FilePath) -> String? {
        guard let name = file.lastComponent?.string,
            let program = HostProgram.find("dpkg-query", path: "/usr/bin:/bin"),
            let output = try? Command(program.string, ["--search", "*/\(name)"]).checkedOutput()
        else { return nil }
        // "libcurl4:amd64: /usr/lib/..."; links to the file may be in other packages.
        let lines = output.split(separator: "\n").filter { $0.hasSuffix("/\(name)") }
        return lines.first.map { String($0.prefix { $0 != ":" }) }
    }
}
