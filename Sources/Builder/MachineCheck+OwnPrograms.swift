// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Elements
internal import LinuxSystem
internal import SystemPackage

/// The programs that dibhost starts, and the libraries that these need.
extension MachineCheck {
    func ownPrograms() -> [Finding] {
        ["dibhost-init", "dibhost-worker"].map { name in
            do {
                let program = try Installation.program(name)
                let missing = try missingLibraries(of: program)
                guard let library = missing.first else {
                    return Finding(name: name, state: .ok, detail: program.string)
                }
                return Finding(
                    name: name, state: .missing, detail: "cannot load '\(library)'",
                    package: Self.package(of: library))
            } catch {
                let error = BuildError(wrapping: error)
                return Finding(name: name, state: .missing, detail: error.message)
            }
        }
    }

    /// Asks the loader, which looks for all libraries and does not run the program: ld.so(8).
    private func missingLibraries(of program: FilePath) throws -> [String] {
        let command = Command(program.string, environment: ["LD_TRACE_LOADED_OBJECTS": "1"])
        return try command.checkedOutput(limits: .init(deadline: .seconds(10)))
            .split(separator: "\n").filter { $0.hasSuffix("=> not found") }
            .compactMap { $0.split { $0 == " " || $0 == "\t" }.first.map(String.init) }
    }

    /// The Debian package of a library by Debian's rule of names; nil for those of the Swift runtime, which come
    /// with dibhost.
    package static func package(of library: String) -> String? {
        let parts = library.split(separator: ".so.", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let name = parts[0].replacing("_", with: "-").lowercased()
        let separator = name.last?.isNumber == true ? "-" : ""
        return "\(name)\(separator)\(parts[1])"
    }
}
