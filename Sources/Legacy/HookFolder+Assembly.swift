// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

extension HookFolder {
    /// Folders at the top of an element that are no part of it when it runs.
    private static let skippedFolders: Set<String> = ["tests", "__pycache__"]

    /// Merges `elements` into the new folder `path`, in their order, and adds the runner.
    ///
    /// Native elements are passed over. Everything belongs to the user of `files`, whose hooks may add to it; what
    /// `files` holds already is made as well.
    /// - Throws: `BuildError` that names both elements when two bring a file of the same name.
    package static func assemble(
        elements: [ElementDescription], into path: FilePath, with files: UserFiles = UserFiles()
    ) throws -> HookFolder {
        let owners = try owners(of: elements)
        var files = files
        files.addFolder(path)
        for element in elements where element.kind == .legacy {
            let folder = FilePath(element.path)
            let entries = try topLevel(of: element)
            let loose = entries.filter { $0.kind == .file }
            files.addCopies(of: loose.map { folder.appending($0.name) }, in: path)
            for entry in entries where entry.kind == .folder {
                let source = folder.appending(entry.name)
                let merged = path.appending(entry.name)
                files.addFolder(merged)
                let contents = try visibleEntries(of: source)
                files.addCopies(of: contents.map { source.appending($0.name) }, in: merged)
            }
        }
        files.addFile(
            path.appending(RunPartsScript.name), RunPartsScript.text, isProgram: true)
        try files.make()
        return HookFolder(path: path, owners: owners)
    }

    /// The element of each file that `assemble` would copy into a folder: "install.d/10-name" and so on.
    ///
    /// Reads folders only, so that a build can be refused at its start. Folders below the first level merge
    /// silently, as elements expect.
    package static func owners(of elements: [ElementDescription]) throws -> [String: String] {
        let legacy = elements.filter { $0.kind == .legacy }
        let files = try ParallelWork.flatMap(legacy, partsOf: 16) { part in
            try part.map { try hookFiles(of: $0) }
        }
        var owners: [String: String] = [:]
        for (element, files) in zip(legacy, files) {
            for file in files {
                if let other = owners.updateValue(element.name, forKey: file) {
                    throw duplicate(file, other, element.name)
                }
            }
        }
        return owners
    }

    /// What lies in the element's folders, as "install.d/10-name".
    private static func hookFiles(of element: ElementDescription) throws -> [String] {
        try topLevel(of: element).filter { $0.kind == .folder }.flatMap { folder in
            try visibleEntries(of: FilePath(element.path).appending(folder.name))
                .filter { $0.kind != .folder }.map { "\(folder.name)/\($0.name)" }
        }
    }

    private static func topLevel(
        of element: ElementDescription
    ) throws -> [FolderListing.Entry] {
        try visibleEntries(of: FilePath(element.path)).filter { entry in
            switch entry.kind {
            case .file: !entry.name.hasSuffix(".pyc")
            case .folder: !skippedFolders.contains(entry.name)
            case .other: false
            }
        }
    }

    static func visibleEntries(of folder: FilePath) throws -> [FolderListing.Entry] {
        try FolderListing.entries(of: folder).filter { !$0.name.hasPrefix(".") }
    }

    private static func duplicate(_ file: String, _ first: String, _ second: String) -> BuildError {
        BuildError(
            .refused, "elements '\(first)' and '\(second)' both bring the file '\(file)'",
            hint: "Leave one of the two elements out, or rename the file in one of them.")
    }
}
