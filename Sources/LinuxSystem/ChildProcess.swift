// SPDX-License-Identifier: Apache-2.0

import CLinux
internal import Diagnostics
internal import Glibc
package import SystemPackage

/// A program that was started and not yet waited for.
///
/// The owner must call `wait`; a child that is dropped without it is killed and reaped.
package struct ChildProcess: ~Copyable {
    package let processID: Int32
    /// Readable once the program has ended.
    package let processDescriptor: FileDescriptor
    private let leadsGroup: Bool

    fileprivate init(processID: Int32, processDescriptor: FileDescriptor, leadsGroup: Bool) {
        self.processID = processID
        self.processDescriptor = processDescriptor
        self.leadsGroup = leadsGroup
    }

    /// Sends a signal to the program, and to its whole group when it leads one.
    package func signal(_ number: Int32) {
        _ = kill(leadsGroup ? -processID : processID, number)
    }

    /// Waits for the program's end and returns its status.
    package consuming func wait() throws(Errno) -> ExitStatus {
        let result = Self.reap(processID)
        try? processDescriptor.close()
        discard self
        return try result.get()
    }

    deinit {
        signal(SIGKILL)
        _ = Self.reap(processID)
        try? processDescriptor.close()
    }

    fileprivate static func reap(_ processID: Int32) -> Result<ExitStatus, Errno> {
        var status: Int32 = 0
        var number: Int32 = 0
        let error = clinux_wait(processID, &status, &number)
        guard error == 0 else { return .failure(Errno(rawValue: -error)) }
        return .success(number != 0 ? .signalled(number) : .exited(status))
    }
}

extension Command {
    /// Starts the program.
    ///
    /// Its standard output and standard error become the given descriptors.
    ///
    /// - Throws: `BuildError` that names the program and the step that failed.
    package func start(output: FileDescriptor, error: FileDescriptor) throws -> ChildProcess {
        let input = try standardInputDescriptor()
        defer { if input.isOwned { try? input.descriptor.close() } }
        let table = [input.number, output.rawValue, error.rawValue] + descriptors.map(\.rawValue)
        var failedStep: Int32 = 0
        let child = withCStrings { arguments, variables in
            table.withUnsafeBufferPointer { table in
                spawn(arguments, variables, table, &failedStep)
            }
        }
        guard child > 0 else { throw startError(Errno(rawValue: -child), step: failedStep) }
        let descriptor = clinux_pidfd_open(child)
        guard descriptor >= 0 else {
            _ = kill(newSession ? -child : child, SIGKILL)
            _ = ChildProcess.reap(child)
            throw startError(Errno(rawValue: -descriptor), step: 0)
        }
        return ChildProcess(
            processID: child, processDescriptor: FileDescriptor(rawValue: descriptor),
            leadsGroup: newSession)
    }

    private typealias CStringArray = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    private func spawn(
        _ arguments: CStringArray, _ variables: CStringArray,
        _ table: UnsafeBufferPointer<Int32>, _ failedStep: inout Int32
    ) -> Int32 {
        var request = clinux_spawn()
        request.arguments = UnsafePointer(arguments)
        request.environment = UnsafePointer(variables)
        request.descriptors = table.baseAddress
        request.descriptor_count = table.count
        request.new_session = newSession ? 1 : 0
        request.takes_terminal = takesTerminal ? 1 : 0
        request.death_signal = diesWithCaller ? SIGKILL : 0
        if let credentials {
            request.set_ids = 1
            request.uid = credentials.user
            request.gid = credentials.group
        }
        return program.withCString { program in
            request.program = program
            return withOptionalCString(root?.string) { root in
                request.root = root
                return withOptionalCString(workingDirectory?.string) { directory in
                    request.directory = directory
                    return (credentials?.groups ?? []).withUnsafeBufferPointer { groups in
                        request.groups = groups.baseAddress
                        request.group_count = groups.count
                        return clinux_spawn(&request, &failedStep)
                    }
                }
            }
        }
    }

    private func withCStrings<Result>(_ body: (CStringArray, CStringArray) -> Result) -> Result {
        let variables = (environment ?? ProcessEnvironment.current).map { "\($0.key)=\($0.value)" }
        let arguments = ([program] + arguments).map { strdup($0) } + [nil]
        let pairs = variables.sorted().map { strdup($0) } + [nil]
        defer { (arguments + pairs).forEach { free($0) } }
        var argumentArray = arguments
        var pairArray = pairs
        return argumentArray.withUnsafeMutableBufferPointer { arguments in
            pairArray.withUnsafeMutableBufferPointer { pairs in
                guard let arguments = arguments.baseAddress, let pairs = pairs.baseAddress else {
                    preconditionFailure("an array that ends with nil is never empty")
                }
                return body(arguments, pairs)
            }
        }
    }

    private func startError(_ errno: Errno, step: Int32) -> BuildError {
        let steps = [
            "start", "make a session for", "change root for", "change folder for",
            "change user for", "pass descriptors to", "run",
        ]
        let isMissing = errno == .noSuchFileOrDirectory && step == 6
        let hint =
            isMissing
            ? "Install the program, or its interpreter, or check PATH."
            : errno == .textFileBusy ? "Another process is writing the file; try again." : nil
        return BuildError(
            isMissing ? .environment : .buildFailed,
            "cannot \(steps[Int(min(max(step, 0), 6))]) '\(program)'",
            hint: hint, cause: errno.description)
    }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
