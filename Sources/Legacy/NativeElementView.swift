// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import Planning
package import SystemPackage

/// The folder that stands for a native element wherever shell elements look an element's folder up.
///
/// It holds what other elements read there, made from the manifest.
package enum NativeElementView {
    /// Makes one folder per native element below the new folder `views`; all belong to `user`.
    package static func make(
        for elements: [ElementDescription], in views: FilePath, user: Command.Credentials? = nil
    ) throws {
        try run("mkdir", ["-m", "0755", "--", views.string], as: user)
        for element in elements where element.kind == .native {
            let folder = views.appending(element.name)
            try run("mkdir", ["-m", "0755", "--", folder.string], as: user)
            try write(element.requires, to: folder.appending("element-deps"), as: user)
            try write(element.provides, to: folder.appending("element-provides"), as: user)
        }
    }

    private static func write(
        _ names: [String], to path: FilePath, as user: Command.Credentials?
    ) throws {
        let text = names.map { $0 + "\n" }.joined()
        try run("install", ["-m", "0644", "/dev/stdin", path.string], as: user, input: text)
    }

    private static func run(
        _ program: String, _ arguments: [String], as user: Command.Credentials?, input: String = ""
    ) throws {
        var command = Command(program, arguments)
        command.credentials = user
        command.standardInput = .text(input)
        try command.checkedOutput()
    }
}
