// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import Planning
package import SystemPackage

/// Reads an element that is a folder of scripts.
package enum LegacyElement {
    /// The element in `folder`, by the rules that the original reads it with.
    ///
    /// - Throws: `Errno` when something in it cannot be read.
    package static func read(_ folder: FilePath, name: String) throws -> ElementDescription {
        let entries = try FolderListing.entries(of: folder)
        let files = Set(entries.lazy.filter { $0.kind == .file }.map(\.name))
        let folders = Set(entries.lazy.filter { $0.kind == .folder }.map(\.name))
        return ElementDescription(
            name: name, kind: .legacy, path: folder.string,
            requires: try names(in: "element-deps", of: folder, files),
            provides: try names(in: "element-provides", of: folder, files),
            hooks: try Phase.allCases.filter(\.hasScripts).flatMap { phase in
                let subfolder = "\(phase.rawValue).d"
                return folders.contains(subfolder)
                    ? try hooks(in: folder.appending(subfolder), of: name, phase) : []
            },
            layouts: try layouts(in: folder, files))
    }

    private static func layouts(
        in folder: FilePath, _ files: Set<String>
    ) throws -> [String: YAMLSource] {
        let names = files.filter { $0.hasPrefix("block-device-") && $0.hasSuffix(".yaml") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let path = folder.appending(name)
                let text = String(
                    decoding: try FileDescriptor.contents(of: path), as: UTF8.self)
                return (name, YAMLSource(kind: "disk layout", name: path.string, text: text))
            })
    }

    /// One name a line; blank lines are skipped, and there are no comments.
    private static func names(
        in file: String, of folder: FilePath, _ files: Set<String>
    ) throws -> [String] {
        guard files.contains(file) else { return [] }
        let text = String(
            decoding: try FileDescriptor.contents(of: folder.appending(file)), as: UTF8.self)
        return text.split { $0.isNewline }
            .map { line in
                let rest = line.drop { $0.isWhitespace }
                return String(rest.reversed().drop { $0.isWhitespace }.reversed())
            }
            .filter { !$0.isEmpty }
    }

    private static func hooks(
        in folder: FilePath, of element: String, _ phase: Phase
    ) throws -> [PlannedHook] {
        try FolderListing.entries(of: folder)
            .filter { $0.kind == .file && $0.isExecutable && HookOrder.isHookName($0.name) }
            .map(\.name)
            .sorted { HookOrder($0) < HookOrder($1) }
            .map { PlannedHook(phase: phase, sortName: $0, element: element, kind: .legacy) }
    }
}
