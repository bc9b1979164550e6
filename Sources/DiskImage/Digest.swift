// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import SystemPackage

/// The checksum of an output, computed by coreutils.
package struct Digest: Equatable, Sendable {
    package enum Algorithm: String, CaseIterable, Sendable { case sha256, md5 }

    package let algorithm: Algorithm
    /// The final name of the output.
    package let path: FilePath
    /// Hexadecimal, lower case.
    package let value: String

    init(_ algorithm: Algorithm, of file: OutputFile, limits: Command.Limits) throws {
        self.algorithm = algorithm
        path = file.path
        let program = "\(algorithm.rawValue)sum"
        let command = Command(program, ["--", file.temporaryPath.string])
        let output = try command.checkedOutput(limits: limits)
        // A leading backslash says that the name has escaped characters.
        let word = output.drop { $0 == "\\" }.prefix { $0.isHexDigit }
        guard !word.isEmpty else {
            throw BuildError(.buildFailed, "'\(program)' printed no checksum", detail: output)
        }
        value = String(word)
    }
}
