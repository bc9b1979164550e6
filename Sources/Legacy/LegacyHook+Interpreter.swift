// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

extension LegacyHook {
    /// The program that the script's first line asks for and `root`, the tree that it runs in, does not have; nil when
    /// it is there, or when there is no such line.
    ///
    /// Of `#!/usr/bin/env NAME` it is NAME, looked up in the usual folders.
    package func missingInterpreter(in root: FilePath) -> String? {
        guard let bytes = try? FileDescriptor.contents(of: path, limit: 256),
            let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .first
        else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        let words = text.dropFirst(2).split(separator: " ").map(String.init)
        guard text.hasPrefix("#!"), let program = words.first else { return nil }
        guard Self.isThere(program, in: root) else { return program }
        guard program.hasSuffix("/env"),
            let name = words.dropFirst().first(where: { !$0.hasPrefix("-") })
        else { return nil }
        let folders = [
            "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
        ]
        return folders.contains { Self.isThere("\($0)/\(name)", in: root) } ? nil : name
    }

    private static func isThere(_ path: String, in root: FilePath) -> Bool {
        guard let tree = try? TreeRoot(root) else { return true }
        return (try? tree.entry(path)).flatMap(\.self) != nil
    }
}
