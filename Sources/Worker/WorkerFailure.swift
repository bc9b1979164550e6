// SPDX-License-Identifier: Apache-2.0

import Wire

/// Why the worker gives up; becomes its last frame.
struct WorkerFailure: Error {
    let frame: WorkerFrame.Failure

    init(
        _ stage: WorkerFrame.Failure.Stage, _ message: String, hint: String? = nil, code: Int32 = 0
    ) {
        frame = .init(stage, message, hint: hint, code: code)
    }
}
