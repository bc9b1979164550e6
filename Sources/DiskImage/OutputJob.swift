// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Dispatch
internal import FoundationEssentials

/// A piece of work on one output, as independent of others as the outputs are.
///
/// Jobs run side by side as far as cores are free: one that compresses on all cores runs alone, those that keep one
/// core busy run beside each other, and never more at once than there are cores. What depends on a job, such as the
/// checksum of what it wrote, is the jobs that it returns.
package struct OutputJob: Sendable {
    /// How many cores the work keeps busy.
    let cores: Int
    let work: @Sendable () throws -> [OutputJob]

    package init(cores: Int = 1, _ work: @escaping @Sendable () throws -> [OutputJob]) {
        self.cores = cores
        self.work = work
    }

    /// The cores that this process may use.
    package static let allCores = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// Runs jobs and all that they return.
    ///
    /// - Throws: the first error; jobs that had not begun by then are not run.
    package static func run(_ jobs: [OutputJob], cores: Int = allCores) throws {
        try Pool(jobs, cores: cores).run()
    }

    private final class Pool: Sendable {
        private struct State {
            var waiting: [OutputJob]
            var freeCores: Int
            var running = 0
            var error: (any Error)?
        }

        private let cores: Int
        private let state: Guarded<State>
        private let ended = DispatchSemaphore(value: 0)

        init(_ jobs: [OutputJob], cores: Int) {
            self.cores = cores
            state = Guarded(State(waiting: jobs, freeCores: cores))
        }

        func run() throws {
            while startWaiting() { ended.wait() }
            if let error = state.withValue({ $0.error }) { throw error }
        }

        /// Starts what fits, in order; false when nothing runs any more.
        private func startWaiting() -> Bool {
            state.withValue { state in
                if state.error != nil { state.waiting = [] }
                var passedOver: [OutputJob] = []
                for job in state.waiting {
                    guard width(of: job) <= state.freeCores else {
                        passedOver.append(job)
                        continue
                    }
                    state.freeCores -= width(of: job)
                    state.running += 1
                    // A serial queue has a thread of its own: the work blocks on programs and disks.
                    DispatchQueue(label: "output").async { self.execute(job) }
                }
                state.waiting = passedOver
                return state.running > 0
            }
        }

        private func width(of job: OutputJob) -> Int { min(job.cores, cores) }

        private func execute(_ job: OutputJob) {
            let result = Result { try job.work() }
            state.withValue { state in
                state.freeCores += width(of: job)
                state.running -= 1
                switch result {
                case .success(let next): state.waiting = next + state.waiting
                case .failure(let error): state.error = state.error ?? error
                }
            }
            ended.signal()
        }
    }
}
