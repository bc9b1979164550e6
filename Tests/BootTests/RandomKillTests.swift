// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// SIGKILL of the supervisor at any moment of a full build.
///
/// The builder waits for the supervisor's consent before it renames the outputs. A supervisor that is killed before it gave
/// it leaves none of them; one that is killed afterwards had a build that was finished, and all of them are there.
@Suite(.serialized) struct RandomKillTests {
    @Test(arguments: 1...3)
    func aFullBuildThatIsKilledAnywhereLeavesNothing(number: UInt64) throws {
        let image = try SharedImage.shared()
        var random = try SeededGenerator.ofRun(for: "random kill \(number)", number: number)
        let share = Double.random(in: 0.02...0.98, using: &random)
        let moment = image.duration * share
        print("random kill \(number): after \(moment)")
        try TemporaryFolder.with("bootstrap-killed", in: BuiltProducts.folder) { folder in
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

    /// Before the consent there is none; after it all are there, and whole.
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
