// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// The files of a ramdisk, chosen out of a tree: what elements ask for, and all that it needs.
struct RamdiskTree {
    /// Paths of the tree that the ramdisk has, real ones and links, with the reason why; folders count with all that is
    /// in them.
    private(set) var reasons: [String: String] = [:]
    /// New files by their path.
    private(set) var texts: [String: (text: String, reason: String)] = [:]
    /// Modules that `init` loads, in the order of their elements.
    private var loaded: [String] = []

    private let lookup: TreeLookup
    private let kernel: KernelModules
    private var programs: ProgramClosure

    init(_ lookup: TreeLookup, _ kernel: KernelModules, reader: @escaping ProgramNeeds.Reader) {
        self.lookup = lookup
        self.kernel = kernel
        programs = ProgramClosure(lookup, reader: reader)
    }

    /// Adds all items, and the modules of a set.
    ///
    /// - Throws: `BuildError` that names the element, and what it asked for in vain.
    mutating func add(_ items: [RamdiskItem], modules set: RamdiskRequest.ModuleSet) throws {
        for item in items {
            do {
                try add(item)
            } catch var error as BuildError {
                error.location =
                    error.location ?? .init(element: item.element, phase: Phase.ramdisk.rawValue)
                throw error
            }
        }
        let names = try kernel.names(of: set)
        try addModules(names, reason: "drivers (--ramdisk-modules \(set.rawValue))")
        for table in kernel.sourceTables { try addPath(table, reason: "tables of modules") }
        texts[RamdiskItem.moduleList] = (
            loaded.map { $0 + "\n" }.joined(), "tables of modules"
        )
    }

    private mutating func add(_ item: RamdiskItem) throws {
        let reason = "element \(item.element)"
        switch item.content {
        case .module(let name):
            try addModules([name], reason: reason)
            if !loaded.contains(name) { loaded.append(name) }
        case .firmware(let pattern):
            let files = kernel.firmware(matching: pattern)
            guard !files.isEmpty else {
                throw BuildError(
                    .buildFailed, "no firmware of the tree matches '\(pattern)'",
                    hint: "Install the package that brings it, or leave it out.")
            }
            for file in files { try addPath(file, reason: reason) }
        case .program(let name):
            guard let path = programs.path(of: name) else {
                throw BuildError(
                    .buildFailed, "the program '\(name)' is not in the tree",
                    hint: "Install the package that brings it.")
            }
            try addProgram(path, reason: reason)
        case .file(let path):
            guard let found = lookup.find(path) else {
                throw BuildError(.buildFailed, "'\(path)' is not in the tree")
            }
            // A program or library brings what it needs.
            if found.isFolder {
                record(found, reason)
            } else {
                try addProgram(path, reason: reason)
            }
        case .text(let path, let text): texts[path] = (text, reason)
        case .script, .dracut: break
        }
    }

    private mutating func addModules(_ names: [String], reason: String) throws {
        let files = try kernel.files(of: names)
        for file in files { try addPath(file, reason: reason) }
        for file in try kernel.firmware(of: files) {
            try addPath(file, reason: "firmware of " + reason)
        }
    }

    private mutating func addProgram(_ path: String, reason: String) throws {
        var found: [TreeLookup.Found] = []
        try programs.addFile(path) { found.append($0) }
        for file in found { record(file, reason) }
    }

    private mutating func addPath(_ path: String, reason: String) throws {
        guard let found = lookup.find(path) else {
            throw BuildError(.buildFailed, "'\(path)' is not in the tree")
        }
        record(found, reason)
    }

    private mutating func record(_ found: TreeLookup.Found, _ reason: String) {
        for path in found.links + [found.path] where reasons[path] == nil { reasons[path] = reason }
    }

    /// Copies all that was added to `folder`, which is empty, and makes new files there.
    func copy(to folder: FilePath, limits: Command.Limits) throws {
        let paths = reasons.keys.sorted().map { "." + $0 }
        // Far below what the kernel takes as arguments.
        for start in stride(from: 0, to: paths.count, by: 4000) {
            var command = Command(
                "cp",
                ["--archive", "--parents", "--target-directory", folder.string, "--"]
                    + paths[start..<min(start + 4000, paths.count)])
            command.workingDirectory = lookup.tree
            try command.checkedOutput(limits: limits)
        }
        let root = try TreeRoot(folder)
        for path in ["/dev", "/proc", "/run", "/sys", "/tmp", "/var"] { try root.makeFolder(path) }
        for (path, file) in texts.sorted(by: { $0.key < $1.key }) {
            try makeParents(of: path, in: root)
            let mode: UInt32 = file.text.hasPrefix("#!") ? 0o755 : 0o644
            try root.write(Array(file.text.utf8), to: path, mode: mode)
        }
    }

    private func makeParents(of path: String, in root: TreeRoot) throws {
        var folder = ""
        for component in path.split(separator: "/").dropLast() {
            folder += "/" + component
            if try root.entry(folder) == nil { try root.makeFolder(folder) }
        }
    }
}
