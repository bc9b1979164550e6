// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation
import Planning
import SystemPackage

/// The file of --events: one JSON object a line, each written whole and at once so that a reader can follow.
final class EventStreamFile {
    private let path: String
    private let handle: FileHandle
    private let encoder: JSONEncoder

    /// Opens the file with the rights of `owner`, and empties it.
    ///
    /// - Throws: `BuildError` when the file cannot be opened.
    init(path: String, owner: BuildRequest.InvokingUser) throws {
        self.path = path
        do {
            handle = try FileHandle(
                opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC, as: owner)
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
            try handle.write(contentsOf: encoder.encode(event) + Data("\n".utf8))
        } catch {
            throw BuildError(
                .buildFailed, "cannot write the event file '\(path)'",
                hint: "Free space there, or keep the reader of the pipe running.",
                cause: error.localizedDescription)
        }
    }
}
