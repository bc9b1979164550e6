// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import Testing

/// The only tests that watch signals in the tests' own process, one after the other.
@Suite(.serialized) struct SignalWatchTests {
    /// The user's own signal, which no test sends or waits for.
    private static let harmless: Int32 = 12

    @Test func afterARefusedSignalOthersCanBeWatched() throws {
        let killing: Int32 = 9
        #expect(throws: Errno.invalidArgument) {
            _ = try SignalWatch([Self.harmless, killing])
        }
        let watch = try SignalWatch([Self.harmless])
        #expect(watch.received() == [])
    }
}
