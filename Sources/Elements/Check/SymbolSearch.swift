// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Looks for what a library leaves to others, in the files where the loader would find it.
///
/// That is the closure of the libraries that it needs, and of those that the worker has loaded before. Nothing is
/// loaded: the dynamic symbols are read out of the files.
struct SymbolSearch {
    private struct Reference {
        var name: String
        var runPaths: [String]
        var origin: FilePath
    }

    private let search: LibrarySearch
    private let machine: UInt16
    private var wanted: Set<String>
    private var queue: [Reference] = []
    private var seen: Set<String> = []
    /// A library that could not be read may define anything.
    private var hasUnknown = false

    private init(_ wanted: Set<String>, machine: UInt16, _ search: LibrarySearch) {
        self.wanted = wanted
        self.machine = machine
        self.search = search
    }

    /// The symbols of `elf` that nobody defines; `origin` is the folder of its file, $ORIGIN.
    static func missing(
        in elf: ELFFile, origin: FilePath, _ search: LibrarySearch
    ) throws -> [String] {
        let symbols = try elf.dynamicSymbols()
        let wanted = Set(symbols.filter { $0.isUndefined && !$0.isWeak }.map(\.name))
            .subtracting(symbols.filter { !$0.isUndefined }.map(\.name))
        var search = SymbolSearch(wanted, machine: elf.machine, search)
        search.enqueue(elf, origin: origin)
        search.addWorker()
        search.run()
        return search.hasUnknown ? [] : search.wanted.sorted()
    }

    private mutating func enqueue(_ elf: ELFFile, origin: FilePath) {
        for name in elf.neededLibraries where seen.insert(name).inserted {
            queue.append(Reference(name: name, runPaths: elf.runPaths, origin: origin))
        }
    }

    /// Symbols of the program and its libraries come before those of what it loads.
    private mutating func addWorker() {
        guard let worker = try? WorkerClient.installed().workerPath else {
            hasUnknown = true
            return
        }
        read(worker, isProgram: true)
    }

    private mutating func run() {
        while !wanted.isEmpty, !queue.isEmpty {
            let next = queue.removeFirst()
            guard
                let file = search.files(of: next.name, next.runPaths, next.origin).first(
                    where: { isReadable($0) })
            else {
                hasUnknown = true
                continue
            }
            read(file, isProgram: false)
        }
    }

    /// Whether the file is a library for the same machine: another one is passed over by the loader.
    private func isReadable(_ path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
            return false
        }
        defer { try? file.close() }
        return (try? ELFFile(reading: file))?.machine == machine
    }

    private mutating func read(_ path: FilePath, isProgram: Bool) {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            try file.closeAfter {
                let elf = try ELFFile(reading: file, isProgram: isProgram)
                for symbol in try elf.dynamicSymbols() where !symbol.isUndefined {
                    wanted.remove(symbol.name)
                }
                enqueue(elf, origin: (RealPath.of(path) ?? path).removingLastComponent())
            }
        } catch {
            hasUnknown = true
        }
    }
}
