// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import FoundationEssentials
import Glibc
import LinuxSystem
import Planning
import SystemPackage

/// The file of --events: one JSON object a line, each written whole and at once so that a reader can follow.
final class EventStreamFile {
    private let path: String
    private let file: OwnedDescriptor
    private let encoder: JSONEncoder

    /// Opens the file with the rights of `owner`, and empties it.
    ///
    /// - Throws: `BuildError` when the file cannot be opened.
    init(path: String, owner: BuildRequest.InvokingUser) throws {
        self.path = path
        do {
            file = try owner.open(path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        } catch {
            throw BuildError(
                .refused, "cannot open the event file '\(path)'",
                hint: "Name a file or pipe in a folder that exists and that you can write to.",
                cause: error.description)
        }
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// - Throws: `BuildError` when the file cannot be written, or its reader is gone.
    func write(_ event: BuildEvent) throws {
        do {
            try file.descriptor.writeAll(encoder.encode(event) + Data("\n".utf8))
        } catch {
            throw BuildError(
                .buildFailed, "cannot write the event file '\(path)'",
                hint: "Free space there, or keep the reader of the pipe running.",
                cause: "\(error)")
        }
    }
}
