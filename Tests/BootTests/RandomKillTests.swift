// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// SIGKILL of the supervisor at any moment of a full build.
@Suite(.serialized) struct RandomKillTests {
    /// A kill test that failed is repeated with DIBHOST_TEST_SEED set to the number that it printed.
    private static let seed =
        ProcessEnvironment["DIBHOST_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 1...999_999)

    @Test(arguments: 1...3)
    func aFullBuildThatIsKilledAnywhereLeavesNothing(number: UInt64) throws {
        let image = try SharedImage.shared()
        var random = SplitMix(state: Self.seed &+ number)
        let share = Double.random(in: 0.02...0.98, using: &random)
        let moment = image.duration * share
        print("random kill \(number): seed \(Self.seed), after \(moment)")
        try TemporaryFolder.with("random", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            var command = build.command(
                SharedImage.elements, formats: "qcow2,tar",
                options: ["--events", folder.appending("events").string],
                environment: ["DIB_IMAGE_CACHE": SharedImage.cache.string])
            // Without a session of its own only the supervisor gets the signal, not what it started.
            command.newSession = false
            let status = try command.run(limits: .init(deadline: moment))
            // A build with a full cache may be faster than the one that was measured.
            #expect([.timedOut, .exited(0)].contains(status))
            #expect(try build.leftovers() == [])
            if status == .timedOut {
                try expectNoPartialOutput(of: build)
            }
            var collect = build.command([])
            collect.arguments = ["gc"]
            try collect.checkedOutput()
            #expect(try FolderListing.entries(of: build.scratch) == [])
        }
    }

    /// Before the outputs are renamed there is none; afterwards all are there, and whole.
    private func expectNoPartialOutput(of build: TestBuild) throws {
        let outputs = try build.outputs().filter { !$0.hasPrefix(".") }
        guard !outputs.isEmpty else { return }
        let events = try TextFile.read(build.folder.appending("events"))
        #expect(events.contains("\"rename outputs\""))
        #expect(outputs.sorted() == ["image.qcow2", "image.tar"])
        for name in outputs {
            let file = build.output.appending(name).string
            let check =
                name.hasSuffix(".qcow2")
                ? Command("qemu-img", ["check", file])
                : Command("tar", ["--list", "--file", file])
            #expect(try check.capture().status == .exited(0), "\(name)")
        }
    }
}

/// Random numbers that a seed repeats: splitmix64.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
