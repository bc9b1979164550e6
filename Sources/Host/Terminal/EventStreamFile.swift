// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation

/// The file of --events: one JSON object a line, each written whole and at once so that a reader can follow.
final class EventStreamFile {
    private let path: String
    private let handle: FileHandle
    private let encoder: JSONEncoder

    /// - Throws: `BuildError` when the file cannot be opened.
    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw BuildError(
                .refused, "cannot open the event file '\(path)'",
                hint: "Name a file or pipe in a folder that exists and that you can write to.",
                cause: String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
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
