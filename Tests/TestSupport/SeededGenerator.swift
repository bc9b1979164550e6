// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Random numbers that a seed repeats: SplitMix64.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// The seed of this test run: DIBHOST_TEST_SEED, or one that no other run has.
    package static let seedOfRun =
        ProcessEnvironment["DIBHOST_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 1...999_999)

    /// The generator of a test run, which says on standard error how to repeat it; a run that then traps has said so.
    package static func ofRun(for test: String, number: UInt64 = 0) throws -> Self {
        try FileDescriptor.standardError.writeAll(
            "\(test): repeat with DIBHOST_TEST_SEED=\(seedOfRun)\n".utf8)
        return Self(seed: seedOfRun &+ number)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
