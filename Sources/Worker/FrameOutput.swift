// SPDX-License-Identifier: Apache-2.0

import Glibc
import Wire

/// Writes frames to the builder.
///
/// Without a reader the builder is gone, and SIGPIPE ends the worker too.
final class FrameOutput {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    func send(_ frame: WorkerFrame) {
        var rest = frame.encoded[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                _exit(1)
            }
            rest = rest.dropFirst(count)
        }
    }
}
