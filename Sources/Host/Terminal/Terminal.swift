// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import SystemPackage

/// The one place that writes texts of dibhost's own to standard output and standard error.
enum Terminal {
    /// Writes `text` and a line end to standard output.
    static func write(_ text: String) {
        send(text + "\n", to: .standardOutput)
    }

    /// Writes a warning to standard error.
    static func warn(_ message: String) {
        send("dibhost: warning: \(printable(message))\n", to: .standardError)
    }

    /// Writes a part of the build's progress to standard error.
    static func show(_ text: String) {
        send(text, to: .standardError)
    }

    /// Writes an error, with its hint, to standard error.
    static func report(_ error: BuildError) {
        send("dibhost: error: \(printable("\(error)"))\n", to: .standardError)
    }

    /// The text without control characters but tab and line feed: what hooks and plugins print must not steer the
    /// terminal.
    static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isKept =
                scalar.properties.generalCategory != .control
                || "\t\n".unicodeScalars.contains(scalar)
            scalars.append(isKept ? scalar : "\u{FFFD}")
        }
        return String(scalars)
    }

    /// A stream that nobody reads is no reason to fail, and there is nowhere left to tell of it.
    private static func send(_ text: String, to stream: FileDescriptor) {
        _ = try? stream.writeAll(text.utf8)
    }
}
