// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Shared libraries that tests make up: a manifest, and code that is never run.
package enum TestPlugin {
    /// A manifest with the least that every plugin has, and `more` members, such as `"provides": ["x"]`.
    package static func manifest(_ name: String, _ more: String = "") -> String {
        let rest = more.isEmpty ? "" : ", \(more)"
        return """
            {"schema": 1, "name": "\(name)", "version": "1.0", "summary": "For a test", "abi": 1\(rest)}
            """
    }

    /// Compiles a plugin that holds `manifest` (nil: a library without that section) and exports `symbol`.
    ///
    /// `code` is more C, in front of that function.
    package static func write(
        _ manifest: String?, to file: FilePath, symbol: String = "dib_element_v1",
        code more: String = "", flags: [String] = []
    ) throws {
        let text = file.string + ".json"
        let source = file.string + ".c"
        var code = more + "\nconst void *\(symbol)(const void *host) { return host; }\n"
        if let manifest {
            try TextFile.write(manifest, to: FilePath(text))
            code +=
                "__asm__(\".section .dib.manifest,\\\"a\\\"\\n.incbin \\\"\(text)\\\"\\n.previous\\n\");\n"
        }
        try TextFile.write(code, to: FilePath(source))
        try Command("cc", ["-shared", "-fPIC", "-w", source, "-o", file.string] + flags)
            .checkedOutput()
        try Command("rm", ["-f", text, source]).checkedOutput()
    }

    /// Makes `count` copies of the plugin `model`, whose name ends in three question marks: name000.so, name001.so ...
    ///
    /// The digits take the place of the marks, so that the file's tables hold.
    package static func writeCopies(
        of model: FilePath, named name: String, count: Int, to folder: FilePath
    ) throws {
        var copy = try FileDescriptor.contents(of: model)
        let marked = Array((name + "???").utf8)
        let places = copy.indices.filter { copy[$0...].starts(with: marked) }
        precondition(!places.isEmpty, "the model is called '\(name)???'")
        for number in 0..<count {
            let digits = "00\(number)".suffix(3)
            for place in places {
                copy.replaceSubrange(
                    place..<place + marked.count, with: "\(name)\(digits)".utf8)
            }
            let file = try FileDescriptor.open(
                folder.appending("\(name)\(digits).so"), .writeOnly, options: .create,
                permissions: [.ownerReadWrite])
            try file.closeAfter { _ = try file.writeAll(copy) }
        }
    }
}
