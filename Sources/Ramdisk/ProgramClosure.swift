// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// Finds all files of the tree that programs need to start: libraries, the dynamic loader, interpreters of scripts.
struct ProgramClosure {
    private static let pathFolders = [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    ]

    private let lookup: TreeLookup
    private let reader: ProgramNeeds.Reader
    private let libraryFolders: [String]
    /// The real paths that were read already.
    private var known: Set<String> = []

    init(_ lookup: TreeLookup, reader: @escaping ProgramNeeds.Reader) {
        self.lookup = lookup
        self.reader = reader
        libraryFolders =
            Self.configuredFolders(lookup) + ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    }

    /// The path of a program in the tree; nil when it is nowhere.
    func path(of program: String) -> String? {
        guard !program.contains("/") else {
            guard let found = lookup.find(program), !found.isFolder else { return nil }
            return program
        }
        return lookup.find(program, in: Self.pathFolders)?.path
    }

    /// Hands the file at `path` and all that it needs to `add`; what was handed over before is left out.
    ///
    /// - Throws: `BuildError` that names the library or interpreter that is nowhere in the tree.
    mutating func addFile(_ path: String, _ add: (TreeLookup.Found) throws -> Void) throws {
        guard let found = lookup.find(path), !found.isFolder else {
            throw BuildError(.buildFailed, "'\(path)' is not in the tree")
        }
        try add(found)
        guard known.insert(found.path).inserted else { return }
        let file = try FileDescriptor.open(
            lookup.tree.string + found.path, .readOnly, options: [.closeOnExec, .nonBlocking])
        defer { try? file.close() }
        if let interpreter = try Self.scriptInterpreter(file) {
            return try addFile(interpreter, add)
        }
        guard let needs = try reader(file) else { return }
        if let interpreter = needs.interpreter { try addFile(interpreter, add) }
        for name in needs.libraries {
            guard let library = find(name, needs, origin: found.path) else {
                throw BuildError(
                    .buildFailed, "'\(path)' needs the library '\(name)', which is not in the tree",
                    hint: "Install the package that brings it.")
            }
            try addFile(library, add)
        }
    }

    /// The path of a library: in the folders that the file names, then in those of the loader.
    private func find(_ name: String, _ needs: ProgramNeeds, origin: String) -> String? {
        guard !name.contains("/") else { return lookup.find(name) == nil ? nil : name }
        let folder = String(origin[..<(origin.lastIndex(of: "/") ?? origin.startIndex)])
        let own = needs.runPaths.map { path in
            path.replacing("${ORIGIN}", with: folder).replacing("$ORIGIN", with: folder)
        }
        return lookup.find(name, in: own + libraryFolders)?.path
    }

    /// What follows "#!" in the first line; nil for what is no script.
    private static func scriptInterpreter(_ file: FileDescriptor) throws -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = try bytes.withUnsafeMutableBytes {
            try file.read(fromAbsoluteOffset: 0, into: $0)
        }
        guard bytes.prefix(min(2, count)) == [UInt8(ascii: "#"), UInt8(ascii: "!")] else {
            return nil
        }
        let line = bytes[2..<count].prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: line, as: UTF8.self).split(separator: " ").first.map(String.init)
    }

    /// The folders of /etc/ld.so.conf and the files that it includes, ldconfig(8).
    private static func configuredFolders(_ lookup: TreeLookup) -> [String] {
        let included = lookup.names(in: "/etc/ld.so.conf.d").filter { $0.hasSuffix(".conf") }
        return (["/etc/ld.so.conf"] + included.map { "/etc/ld.so.conf.d/\($0)" }).flatMap { path in
            guard let found = lookup.find(path), !found.isFolder,
                let bytes = try? FileDescriptor.contents(
                    of: FilePath(lookup.tree.string + found.path), limit: 1 << 16)
            else { return [String]() }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
                .filter { $0.hasPrefix("/") }
        }
    }
}
