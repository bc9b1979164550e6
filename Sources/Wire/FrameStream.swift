// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes, as it arrives, into frames.
package struct FrameStream: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Whether the stream stands between two frames.
    package var isComplete: Bool { pending.isEmpty }

    /// Takes more bytes and hands on each frame that they complete.
    package mutating func append(
        _ bytes: UnsafeRawBufferPointer, _ onFrame: (WorkerFrame) -> Void
    ) throws(FrameError) {
        pending += bytes
        var start = pending.startIndex
        defer { pending.removeSubrange(..<start) }
        while pending.count - start >= 4 {
            var header = FrameReader(pending[start..<(start + 4)])
            let length: UInt32 = try header.number()
            guard length <= WorkerFrame.longest else { throw .tooLong(length) }
            let end = start + 4 + Int(length)
            guard end <= pending.count else { return }
            onFrame(try WorkerFrame(payload: pending[(start + 4)..<end]))
            start = end
        }
    }
}
