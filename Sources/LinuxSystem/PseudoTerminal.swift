// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import SystemPackage

/// A pair of descriptors, pty(7): what a program on `program` prints can be read from `controller`, and the other way round.
struct PseudoTerminal: ~Copyable {
    let controller: OwnedDescriptor
    let program: OwnedDescriptor

    /// A new pair with the settings of `terminal`, and its size.
    init(like terminal: FileDescriptor) throws {
        var number: Int32 = -1
        controller = try OwnedDescriptor(result: clinux_open_terminal(&number))
        program = OwnedDescriptor(FileDescriptor(rawValue: number))
        var settings = termios()
        if tcgetattr(terminal.rawValue, &settings) == 0 {
            tcsetattr(program.descriptor.rawValue, TCSANOW, &settings)
        }
        takeSize(of: terminal)
    }

    /// Takes on the size of `terminal`; the program learns of a new one by SIGWINCH.
    func takeSize(of terminal: FileDescriptor) {
        var size = winsize()
        guard ioctl(terminal.rawValue, UInt(TIOCGWINSZ), &size) == 0 else { return }
        var own = winsize()
        _ = ioctl(controller.descriptor.rawValue, UInt(TIOCGWINSZ), &own)
        guard size.ws_row != own.ws_row || size.ws_col != own.ws_col else { return }
        _ = ioctl(controller.descriptor.rawValue, UInt(TIOCSWINSZ), &size)
    }
}
