// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Planning

extension OriginalProgram {
    /// The command that does its work.
    var command: any ParsableCommand.Type {
        switch self {
        case .diskImageCreate: DiskImageCreate.self
        case .ramdiskImageCreate: RamdiskImageCreate.self
        case .diskimageBuilder: DiskimageBuilder.self
        case .elementInfo: ElementInfo.self
        }
    }

    /// The arguments as the command takes them: each option by its long name with its value joined, then the rest.
    ///
    /// - Throws: `BuildError` with status 2 for options that there are not.
    func arguments(_ arguments: [String], environment: [String: String]) throws -> [String] {
        // Its one option is spelled out.
        guard self != .elementInfo else { return arguments }
        let options = self == .diskimageBuilder ? OriginalOptions.builder : OriginalOptions.image
        let scanner = OptionScanner(
            options, stopsAtFirstOther: environment["POSIXLY_CORRECT"] != nil)
        let scanned = try scanner.scan(arguments)
        return OriginalOptions.lastOfEach(scanned.options).map { given in
            "--\(given.option.name)" + (given.value.map { "=\($0)" } ?? "")
        } + ["--"] + scanned.rest
    }
}
