// SPDX-License-Identifier: Apache-2.0

internal import CShellLibrary
package import SystemPackage

/// The shell files that elements source or copy from $_LIB (Sources/CShellLibrary/lib), and dib-run-parts beside them.
package enum ShellLibrary {
    /// Adds the new folder `path`, with all of them in it, to `files`.
    package static func add(to files: inout UserFiles, in path: FilePath) {
        files.addFolder(path)
        var count = 0
        let table = UnsafeBufferPointer(start: shell_library_files(&count), count: count)
        for file in table {
            let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
            files.addFile(
                path.appending(String(cString: file.name)), String(decoding: bytes, as: UTF8.self),
                isProgram: true)
        }
        files.addFile(
            path.appending(RunPartsScript.name), RunPartsScript.text, isProgram: true)
    }
}
