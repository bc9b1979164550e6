// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Elements
internal import Glibc
internal import LinuxSystem
package import Planning
package import SystemPackage

/// The supervisor's side of a build: starts the builder as root, hands it the plan and listens to
/// its events.
///
/// The builder lives in namespaces of its own, below dibhost-init (see Sources/Init/main.c).
/// Whatever happens to this process, the lifetime pipe closes with it, and with that the builder,
/// its children and its mounts are gone.
package struct BuildSession {
    /// The programs of a build.
    package struct Programs: Sendable {
        package var dibhost: FilePath
        package var `init`: FilePath

        package init(dibhost: FilePath, init: FilePath) {
            self.dibhost = dibhost
            self.`init` = `init`
        }

        /// The running program and the dibhost-init that was installed with it.
        package static func installed() throws -> Programs {
            guard let dibhost = SymbolicLink.target(of: "/proc/self/exe") else {
                throw BuildError(
                    .environment, "cannot read the link '/proc/self/exe'",
                    hint: "Mount /proc: mount -t proc proc /proc")
            }
            return Programs(dibhost: dibhost, init: try Installation.program("dibhost-init"))
        }
    }

    private enum End {
        case finished(BuildReport)
        case failed(BuildError)
    }

    private let plan: BuildPlan
    private let programs: Programs
    private let publicationPause: Duration

    /// A session for one build.
    ///
    /// - Parameters:
    ///   - plan: What to build.
    ///   - programs: Where dibhost's programs lie.
    ///   - publicationPause: How long the step that publishes waits before the first output gets its final
    ///     name: time for someone who follows the events to end the build without any output.
    package init(plan: BuildPlan, programs: Programs, publicationPause: Duration = .zero) {
        self.plan = plan
        self.programs = programs
        self.publicationPause = publicationPause
    }

    /// Runs the plan to its end.
    ///
    /// The first SIGINT asks the builder to end the current step and the build; a second one,
    /// SIGTERM or SIGHUP end it at once. Both closures are called on this thread; when `onEvent`
    /// throws, the build is ended at once.
    /// - Parameters:
    ///   - onEvent: Gets each event in order, the last one (finished or failed) included.
    ///   - onTick: Is called about four times a second, for a line that shows the time.
    /// - Returns: The builder's report.
    /// - Throws: The builder's `BuildError`; one of status 3 when the builder cannot be started as
    ///   root; one of status 2 when another build writes the same outputs; one of status 130 after
    ///   a signal.
    package func run(
        onEvent: (BuildEvent) throws -> Void, onTick: () -> Void = {}
    ) throws -> BuildReport {
        let lock = try OutputLock.take(imageName: FilePath(plan.request.imageName))
        defer { withExtendedLifetime(lock) {} }
        let session = RootSession(
            programs: programs, arguments: ["run-plan"], user: plan.request.user.name,
            publicationPause: publicationPause)
        let assignment = BuilderProcess.Assignment(plan: plan, supervisor: getpid())
        var end: End?
        let failure = try session.run(
            sending: Frame.encode(assignment),
            onFrame: { json in
                let event = try Frame.decode(BuildEvent.self, from: json)
                switch event {
                case .buildFinished(let report): end = .finished(report)
                case .buildFailed(let error): end = .failed(error)
                default: break
                }
                try onEvent(event)
                guard case .stepStarted(_, _, let step) = event else { return .goOn }
                return step.name == HostStep.publish.rawValue ? .consent : .goOn
            }, onTick: onTick)
        switch end {
        case .finished(let report): return report
        case .failed(let error): throw error
        case nil: throw failure
        }
    }

    /// 32 random hexadecimal digits.
    static func randomName() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in String(generator.next() as UInt64, radix: 16) }
        return digits.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    }
}
