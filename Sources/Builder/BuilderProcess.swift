// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
internal import LinuxSystem
package import Planning
internal import SystemPackage

/// The builder's side of a build: root, alone with PID 1 in its namespaces, started by
/// dibhost-init.
package enum BuilderProcess {
    /// What the supervisor sends first.
    package struct Assignment: Codable, Sendable {
        package var plan: BuildPlan
        /// The supervisor's process id as its user sees it, for the owner file of the scratch
        /// folder.
        package var supervisor: Int32
    }

    /// The events socket and the consent pipe, by dibhost-init's promise.
    static let socket = FileDescriptor(rawValue: 3)
    private static let consent = FileDescriptor(rawValue: 4)

    /// Gets the plan over the events socket and has `body` run it.
    ///
    /// Everything there is to say goes over the socket; standard error is the user's and stays
    /// untouched.
    /// - Parameter body: Gets the plan, the way to tell what happens, and what the supervisor has to
    ///   say meanwhile.
    /// - Returns: The program's exit status.
    /// - Throws: `BuildError` when this process was not started by dibhost-init.
    package static func run(
        _ body: (Assignment, EventSink, SupervisorLink) throws -> BuildReport
    ) throws(BuildError) -> Int32 {
        try prepare(command: "run-plan", remedy: "Use 'dibhost build'.")
        let link = SupervisorLink(interrupt: socket, consent: consent)
        let events = EventSink(socket: socket)
        do {
            events.send(.buildFinished(try body(try received(Assignment.self), events, link)))
            return 0
        } catch {
            let error = BuildError(wrapping: error)
            events.send(.buildFailed(error))
            return error.exitStatus
        }
    }

    /// Checks that dibhost-init started this process, and keeps its connections from programs that it starts.
    static func prepare(command: String, remedy: String) throws(BuildError) {
        SignalWatch.ignoreBrokenPipes()
        guard getppid() == 1, fcntl(socket.rawValue, F_GETFD) >= 0 else {
            throw BuildError(
                .refused, "'\(command)' is started by dibhost itself", hint: remedy)
        }
        for descriptor in [socket, consent] { _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) }
    }

    /// What the supervisor sends first.
    static func received<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let length = try Frame.length(try bytes(4))
        return try Frame.decode(type, from: try bytes(length))
    }

    private static func bytes(_ count: Int) throws -> [UInt8] {
        let bytes = try socket.contents(limit: count)
        guard bytes.count == count else {
            throw BuildError(.interrupted, "the supervisor ended before it had sent the plan")
        }
        return bytes
    }
}

extension BuildError {
    /// The error itself when it is a `BuildError`; else one that carries the other error's text.
    package init(wrapping error: any Error) {
        if let error = error as? BuildError {
            self = error
        } else {
            self.init(.buildFailed, "the build stopped", cause: String(describing: error))
        }
    }
}
