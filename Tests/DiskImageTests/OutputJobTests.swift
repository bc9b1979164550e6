// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Testing

/// Which jobs run beside each other.
struct OutputJobTests {
    /// How many cores are busy, and the most that ever were.
    private struct Use {
        var now = 0
        var most = 0
        var done: [String] = []
    }

    private func job(
        _ name: String, cores: Int, _ use: Guarded<Use>, next: [OutputJob] = []
    ) -> OutputJob {
        OutputJob(cores: cores) {
            use.withValue {
                $0.now += cores
                $0.most = max($0.most, $0.now)
            }
            use.withValue {
                $0.now -= cores
                $0.done.append(name)
            }
            return next
        }
    }

    @Test func `never more cores are busy than there are, and everything is done`() throws {
        let use = Guarded(Use())
        let jobs = (0..<40).map { number in
            job(
                "\(number)", cores: number % 4 + 1, use,
                next: [job("after \(number)", cores: 1, use)])
        }
        try OutputJob.run(jobs, cores: 4)
        let found = use.withValue { $0 }
        #expect(found.most <= 4)
        #expect(Set(found.done).count == 80)
        for number in 0..<40 {
            let first = found.done.firstIndex(of: "\(number)")
            let second = found.done.firstIndex(of: "after \(number)")
            #expect((first ?? 80) < (second ?? 0))
        }
    }

    @Test func `a job that wants more cores than there are gets all`() throws {
        let use = Guarded(Use())
        try OutputJob.run([job("wide", cores: 64, use), job("narrow", cores: 1, use)], cores: 2)
        #expect(use.withValue { Set($0.done) } == ["wide", "narrow"])
    }

    @Test func `after an error nothing begins, and the first error is thrown`() throws {
        let use = Guarded(Use())
        let failing = OutputJob {
            throw BuildError(.buildFailed, "first")
        }
        let error = #expect(throws: BuildError.self) {
            try OutputJob.run(
                [failing, job("later", cores: 1, use), job("last", cores: 1, use)], cores: 1)
        }
        #expect(error?.message == "first")
        #expect(use.withValue { $0.done } == [])
    }
}
