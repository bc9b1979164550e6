// SPDX-License-Identifier: Apache-2.0

internal import CShellLibrary
package import LinuxSystem
package import SystemPackage

/// The shell files that elements source or copy from $_LIB (Sources/CShellLibrary/lib), and dib-run-parts beside them.
package enum ShellLibrary {
    private struct File {
        var name: String
        var bytes: [UInt8]
    }

    private static var files: [File] {
        var count = 0
        let table = UnsafeBufferPointer(start: shell_library_files(&count), count: count)
        let own = table.map { file in
            File(
                name: String(cString: file.name),
                bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
        }
        return own + [File(name: RunPartsScript.name, bytes: Array(RunPartsScript.text.utf8))]
    }

    /// Makes the new folder `path`, which belongs to `user`, with all files in it.
    ///
    /// By one process of that user's: it is they who may change what lies on the way there.
    package static func write(
        to path: FilePath, user: Command.Credentials? = nil
    ) throws {
        let files = files
        let parts = files.map { "head -c \($0.bytes.count) >'\($0.name)'" }
        let script =
            "mkdir -m 0755 -- \"$1\" && cd -- \"$1\" && \(parts.joined(separator: " && "))"
            + " && chmod 0755 -- *"
        var command = Command("sh", ["-c", script, "sh", path.string])
        command.credentials = user
        command.standardInput = .text(
            String(decoding: files.flatMap(\.bytes), as: UTF8.self))
        try command.checkedOutput()
    }
}
