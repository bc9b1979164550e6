// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// Counts, times and announces the steps of a build.
///
/// Steps run one after the other, except for outputs that do not depend on each other: the type may be used from
/// several threads.
final class StepRunner: Sendable {
    private struct State {
        var started = 0
        var total: Int
        var timings: [BuildReport.Timing] = []
    }

    private let state: Guarded<State>
    let events: EventSink

    init(plannedSteps: Int, events: EventSink) {
        state = Guarded(State(total: plannedSteps))
        self.events = events
    }

    /// Seconds by phase, in the order in which the phases began.
    var timings: [BuildReport.Timing] { state.withValue { $0.timings } }

    /// Runs `body` as one step: announced before, timed after.
    func run<Result: ~Copyable>(_ step: PlannedStep, _ body: () throws -> Result) throws -> Result {
        let (index, total) = state.withValue { state in
            state.started += 1
            state.total = max(state.total, state.started)
            return (state.started, state.total)
        }
        events.send(.stepStarted(index: index, of: total, step: step))
        let start = ContinuousClock.now
        let result = try body()
        let seconds = (ContinuousClock.now - start).seconds
        record(seconds, under: step.phase?.rawValue ?? step.name)
        events.send(.stepFinished(index: index, seconds: seconds))
        return result
    }

    /// Runs a piece of dibhost's own work as one step.
    func run<Result: ~Copyable>(
        _ step: HostStep, phase: Phase? = nil, _ body: () throws -> Result
    ) throws -> Result {
        try run(PlannedStep(host: step, phase: phase), body)
    }

    /// Announces a step that the plan did not know.
    func add(_ step: PlannedStep, by hook: String) {
        state.withValue { $0.total += 1 }
        events.send(.stepAdded(step: step, by: hook))
    }

    private func record(_ seconds: Double, under name: String) {
        state.withValue { state in
            if let index = state.timings.firstIndex(where: { $0.name == name }) {
                state.timings[index].seconds += seconds
            } else {
                state.timings.append(BuildReport.Timing(name: name, seconds: seconds))
            }
        }
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
