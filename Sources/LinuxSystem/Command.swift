// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A program to run: what, with which arguments and environment, under which root and user.
///
/// A value; nothing happens until `run`, `capture` or `start`.
package struct Command: Sendable {
    /// Where the program's standard input comes from.
    package enum StandardInput: Sendable {
        case null
        /// The caller's own standard input.
        case inherited
        case text(String)
        case descriptor(FileDescriptor)
    }

    /// The user that a program runs as.
    package struct Credentials: Sendable, Equatable {
        package var user: UInt32
        package var group: UInt32
        package var groups: [UInt32]

        package init(user: UInt32, group: UInt32, groups: [UInt32]) {
            self.user = user
            self.group = group
            self.groups = groups
        }
    }

    /// A path, or a name that is looked up in PATH of `environment` (below `root`, if there is one).
    package var program: String
    /// The arguments after the program's name.
    package var arguments: [String]
    /// The whole environment; nil passes on the caller's.
    package var environment: [String: String]?
    package var standardInput: StandardInput = .null
    /// Descriptors that the program gets as 3, 4 and so on.
    package var descriptors: [FileDescriptor] = []
    package var workingDirectory: FilePath?
    /// The folder that is the program's "/".
    package var root: FilePath?
    package var credentials: Credentials?
    /// Whether the program leads a session of its own; a deadline or an interrupt then ends all of its group.
    package var newSession = true
    /// Whether the kernel kills it when the thread that started it ends, PR_SET_PDEATHSIG of prctl(2).
    package var diesWithCaller = false
    /// Whether its standard input, a terminal, becomes the one of its new session.
    package var takesTerminal = false

    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    /// The command as a person would type it, for messages.
    package var summary: String { ([program] + arguments).joined(separator: " ") }
}

/// How a program ended.
package enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// The deadline passed and the program was killed.
    case timedOut

    package var isSuccess: Bool { self == .exited(0) }

    /// The status as a shell has it in `$?`: of a signal 128 and its number.
    package var shellStatus: Int32 {
        switch self {
        case .exited(let status): status
        case .signalled(let number): 128 + number
        // timeout(1) has 124 for it.
        case .timedOut: 124
        }
    }
}

extension ExitStatus: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signalled(let number): "ended by signal \(number) (\(SignalName.of(number)))"
        case .timedOut: "killed after its deadline"
        }
    }
}
