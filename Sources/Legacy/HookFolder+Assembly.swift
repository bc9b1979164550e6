// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

extension HookFolder {
    /// Folders at the top of an element that are no part of it when it runs.
    private static let skippedFolders: Set<String> = ["tests", "__pycache__"]

    /// Merges `elements` into the new folder `path`, in their order, and adds the runner.
    ///
    /// Native elements are passed over. Everything belongs to `user`, whose hooks may add to it.
    /// - Throws: `BuildError` that names both elements when two bring a file of the same name.
    package static func assemble(
        elements: [ElementDescription], into path: FilePath, user: Command.Credentials? = nil
    ) throws -> HookFolder {
        let owners = try owners(of: elements)
        let copy = HookFolderCopy(target: path, user: user)
        try copy.makeFolder(path)
        for element in elements where element.kind == .legacy {
            try copy.add(try topLevel(of: element), of: FilePath(element.path))
        }
        try copy.addRunner()
        return HookFolder(path: path, owners: owners)
    }

    /// The element of each file that `assemble` would copy into a folder: "install.d/10-name" and so on.
    ///
    /// Reads folders only, so that a build can be refused at its start. Folders below the first level merge
    /// silently, as elements expect.
    package static func owners(of elements: [ElementDescription]) throws -> [String: String] {
        var owners: [String: String] = [:]
        for element in elements where element.kind == .legacy {
            for folder in try topLevel(of: element) where folder.kind == .folder {
                let path = FilePath(element.path).appending(folder.name)
                for entry in try visibleEntries(of: path) where entry.kind != .folder {
                    let file = "\(folder.name)/\(entry.name)"
                    if let other = owners.updateValue(element.name, forKey: file) {
                        throw duplicate(file, other, element.name)
                    }
                }
            }
        }
        return owners
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
