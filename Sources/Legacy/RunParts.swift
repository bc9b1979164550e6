// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
package import SystemPackage

/// Which files of a phase's folder run, and in which order.
package enum RunParts {
    /// The names of the files in `folder` that run as hooks, in order; none when there is no such folder.
    ///
    /// A hook is an executable file, or a link to one, whose name is of letters, digits, `_` and `-`, or matches
    /// `pattern` (RUN_PARTS_REGEX) where that is given.
    package static func list(_ folder: FilePath, pattern: String? = nil) throws -> [String] {
        let matches = try matcher(pattern)
        return try entries(of: folder)
            .filter { $0.kind == .file && $0.isExecutable && matches($0.name) }
            .map(\.name)
            .sorted { HookOrder($0) < HookOrder($1) }
    }

    /// What `folder` holds that looks like a hook and never runs, each with the reason.
    package static func ignored(_ folder: FilePath, pattern: String? = nil) throws -> [String] {
        let matches = try matcher(pattern)
        return try entries(of: folder).compactMap { entry in
            guard entry.kind == .file else { return nil }
            if !matches(entry.name) { return "'\(entry.name)': its name is not one of a hook" }
            return entry.isExecutable ? nil : "'\(entry.name)': it is not executable"
        }
    }

    static func entries(of folder: FilePath) throws -> [FolderListing.Entry] {
        do {
            return try FolderListing.entries(of: folder)
        } catch Errno.noSuchFileOrDirectory {
            return []
        }
    }

    private static func matcher(_ pattern: String?) throws -> (String) -> Bool {
        guard let pattern else { return HookOrder.isHookName }
        do {
            let expression = try Regex(pattern)
            return { $0.firstMatch(of: expression) != nil }
        } catch {
            throw BuildError(
                .refused, "RUN_PARTS_REGEX '\(pattern)' is no regular expression",
                hint: "Unset the variable, or mend the expression.", cause: "\(error)")
        }
    }
}
