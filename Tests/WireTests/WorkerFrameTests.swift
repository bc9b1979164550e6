// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

private let frames: [WorkerFrame] = [
    .log(level: 2, text: "a line with ünïcode"),
    .log(level: 0, text: ""),
    .progress(done: 3, total: .max),
    .published(name: "kernel.version", value: "6.1\n6.2"),
    .layout("[]\n"), .ramdisk(item: 3, name: "curl", text: nil),
    .ramdisk(item: 5, name: "80-x", text: "say \"a\"\n"),
    .phases([]),
    .phases([4, 10]),
    .observed(.descriptor, "'/dev/null'"),
    .failed(.init(.hook, "no firmware", hint: "Get some.", code: -7)),
    .failed(.init(.load, "undefined symbol: x")),
    .done,
]

/// All frames that a stream finds when the bytes arrive `size` at a time.
private func received(_ bytes: [UInt8], piece size: Int) throws -> [WorkerFrame] {
    var stream = FrameStream()
    var result: [WorkerFrame] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
        try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
            try stream.append($0) { result.append($0) }
        }
    }
    #expect(stream.isComplete)
    return result
}

@Test(arguments: [1, 3, 7, 4096])
func framesArriveWholeInWhateverPieces(size: Int) throws {
    #expect(try received(frames.flatMap(\.encoded), piece: size) == frames)
}

@Test(arguments: frames)
func aFrameThatIsCutShortIsRefused(frame: WorkerFrame) {
    let payload = frame.encoded.dropFirst(4)
    for length in 0..<payload.count {
        #expect(throws: FrameError.self) { try WorkerFrame(payload: payload.prefix(length)) }
    }
}

@Test func aFrameWithBytesBehindItIsRefused() {
    #expect(throws: FrameError.trailingBytes) {
        try WorkerFrame(payload: WorkerFrame.done.encoded.dropFirst(4) + [0])
    }
}

@Test(arguments: [
    ([0xff, 0xff, 0xff, 0xff], FrameError.tooLong(.max)),
    ([0x01, 0x00, 0x40, 0x00], .tooLong(0x40_0001)),
    ([1, 0, 0, 0, 99], .unknownKind),
    ([0, 0, 0, 0], .truncated),
    ([5, 0, 0, 0, 4, 255, 255, 255, 255], .truncated),
])
func aFrameThatMakesNoSenseIsRefused(bytes: [UInt8], error: FrameError) {
    var stream = FrameStream()
    #expect(throws: error) { try bytes.withUnsafeBytes { try stream.append($0) { _ in } } }
}

@Test func nothingIsReadBehindARefusedFrame() throws {
    var stream = FrameStream()
    var result: [WorkerFrame] = []
    let bytes = WorkerFrame.done.encoded + [1, 0, 0, 0, 99]
    #expect(throws: FrameError.unknownKind) {
        try bytes.withUnsafeBytes { try stream.append($0) { result.append($0) } }
    }
    #expect(result == [.done])
}
