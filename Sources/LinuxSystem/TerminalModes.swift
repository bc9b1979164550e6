// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How the terminal on the standard input treats what is typed, to be brought back after a program that changed it.
package struct TerminalModes: Sendable {
    private let settings: termios

    /// As they are now; nil where the standard input is no terminal.
    package init?() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        self.settings = settings
    }

    /// Brings them back.
    package func restore() {
        var settings = settings
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }
}
