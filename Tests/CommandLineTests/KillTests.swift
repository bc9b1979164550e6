// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// SIGKILL of the supervisor at a chosen moment of a build: nothing of the build may live on.
@Suite(.serialized) struct KillTests {
    /// A moment of a build, told by its events.
    enum Moment: String, CaseIterable {
        case chrootHook = "in a hook in the chroot"
        case worker = "in a worker process"
        case mkfs = "while the file system is written"
        case attachedLoop = "while the image is mounted from a loop device"
        case convert = "while the image is converted"
        case sync = "while outputs are synced"
        case rename = "when outputs are renamed"

        /// Every moment at least twice, 17 in all.
        static let kills = allCases + allCases + [.chrootHook, .worker, .rename]

        func isReached(by event: BuildEvent) -> Bool {
            switch (self, event) {
            case (.chrootHook, .output(let line)): line.contains("waiting in the chroot")
            case (.attachedLoop, .output(let line)): line.contains("waiting in the mounted image")
            case (_, .stepStarted(_, _, let step)): begins(with: step)
            default: false
            }
        }

        private func begins(with step: PlannedStep) -> Bool {
            switch self {
            case .chrootHook, .attachedLoop: false
            case .worker: step.kind == .native && step.element == "misbehaving"
            case .mkfs: step.name == HostStep.writeFileSystem.rawValue
            case .convert: step == .output(.qcow2)
            case .sync: step.name == HostStep.sync.rawValue
            case .rename: step.name == HostStep.publish.rawValue
            }
        }

        /// The elements of a build that comes to this moment and stays there long enough.
        func prepare(_ build: TestBuild) throws -> (elements: [String], options: [String]) {
            switch self {
            case .chrootHook:
                try build.addElement(
                    "waiter", ["install.d/50-wait": "echo waiting in the chroot; sleep 100"])
                return (["tiny-os", "waiter"], [])
            case .attachedLoop:
                try build.addElement(
                    "waiter", ["finalise.d/50-wait": "echo waiting in the mounted image; sleep 100"]
                )
                return (["tiny-os", "waiter"], [])
            case .worker:
                try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
                return (["tiny-os", "misbehaving"], ["--set", "misbehaving.mode=hang"])
            case .mkfs, .convert, .sync, .rename:
                return (["tiny-os"], [])
            }
        }
    }

    @Test(arguments: Array(Moment.kills.enumerated()))
    func aKilledBuildLeavesNothing(number: Int, moment: Moment) throws {
        try TemporaryFolder.with("kill\(number)") { folder in
            let build = try TestBuild(in: folder)
            let (elements, options) = try moment.prepare(build)
            let command = build.command(
                elements, formats: "qcow2,tar,raw", options: ["-n"] + options,
                environment: ["TINY_OS_FILL": "48"])
            var isReached = false
            let outcome = try EventStream.run(command) { event in
                guard !isReached, moment.isReached(by: event) else { return false }
                isReached = true
                return true
            }
            #expect(isReached, "never \(moment.rawValue): \(outcome.lines.suffix(10))")
            #expect(outcome.status == .signalled(9))
            #expect(try build.leftovers() == [])
            #expect(try finalNames(of: build) == [])
            try expectThatTheNextBuildCleansUp(build)
        }
    }

    private func finalNames(of build: TestBuild) throws -> [String] {
        try build.outputs().filter { !$0.hasPrefix(".") }
    }

    /// Scratch files of a killed build stay until `gc` or the next build.
    private func expectThatTheNextBuildCleansUp(_ build: TestBuild) throws {
        var collect = build.command([])
        collect.arguments = ["gc"]
        try collect.checkedOutput()
        #expect(try FolderListing.entries(of: build.scratch) == [])
        #expect(try build.outputs().allSatisfy { !$0.hasPrefix(".") })
    }
}
