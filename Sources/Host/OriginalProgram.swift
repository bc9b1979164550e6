// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// The programs of the original whose names are links to dibhost.
enum OriginalProgram: String {
    case diskImageCreate = "disk-image-create"
    case ramdiskImageCreate = "ramdisk-image-create"
    case diskimageBuilder = "diskimage-builder"

    /// The program under whose name this process was started; nil for dibhost itself.
    init?(path: String) {
        self.init(rawValue: String(path.split(separator: "/").last ?? ""))
    }

    /// What dibhost is to do for arguments of this program.
    ///
    /// - Throws: `BuildError` with status 2 for the programs whose work dibhost does not do.
    func arguments(_ arguments: [String]) throws -> [String] {
        switch self {
        case .diskImageCreate:
            // Named, so that no element can be taken for a command.
            return ["build"] + arguments
        case .ramdiskImageCreate:
            throw BuildError(
                .refused, "'\(rawValue)' is not there: dibhost makes no ramdisks yet",
                hint: "Call the original's program by its path until then.")
        case .diskimageBuilder:
            throw BuildError(
                .refused, "'\(rawValue)' is not there: dibhost does not read its YAML files yet",
                hint: "Write the options of one image to a file for 'dibhost build --config FILE'.")
        }
    }
}
