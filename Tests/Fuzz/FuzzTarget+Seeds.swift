// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Wire

/// Input that is whole, for a fuzzer to begin with.
extension FuzzTarget {
    /// What the project's own code makes; files of plugins and manifests come from the build.
    private var seeds: [[UInt8]] {
        switch self {
        case .plugin, .manifest: []
        case .frames:
            [
                [1] + WorkerFrame.log(level: 1, text: "a line").encoded,
                [7] + WorkerFrame.progress(done: 1, total: 2).encoded
                    + WorkerFrame.published(name: "kernel", value: "6.1").encoded,
                [3] + WorkerFrame.phases([4, 5]).encoded,
                [2]
                    + WorkerFrame.failed(.init(.hook, "no firmware", hint: "Get it.", code: 7))
                    .encoded,
                [255] + WorkerFrame.done.encoded,
            ]
        case .order:
            [
                WorkOrder(
                    element: "nic", phase: 4, expectedPhases: [4, 5], parameters: ["mtu": "9000"],
                    values: ["target.root": "/"], environment: ["PATH": "/bin"], hasTree: true,
                    isInChroot: true,
                    user: .init(name: "ann", id: 1000, group: 1000, groups: [27], home: "/home")
                ).encoded
            ]
        }
    }

    /// Writes the seeds into an existing folder.
    func writeSeeds(to folder: FilePath) throws {
        for (number, seed) in seeds.enumerated() {
            let file = try FileDescriptor.open(
                folder.appending("seed-\(number)"), .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(seed) }
        }
    }
}
