// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Planning
import SystemPackage

/// Drives the steps of `ImageWriter` on an existing tree and prints their seconds.
///
/// For benchmarks/tree-to-qcow2.sh; with a raw output for tree-to-ext4.sh, where the file system is all that is made.
@main
enum TreeToImage {
    static func main() throws {
        guard CommandLine.arguments.count == 4 else {
            throw BuildError(.refused, "usage: tree-to-image TREE OUTPUT.qcow2|OUTPUT.raw SCRATCH")
        }
        let tree = FilePath(CommandLine.arguments[1])
        let path = CommandLine.arguments[2]
        let isRaw = path.hasSuffix(".raw")
        let output = BuildPlan.PlannedOutput(format: isRaw ? .raw : .qcow2, path: path)
        let layout = DiskLayout(table: isRaw ? .none : .mbr, label: "cloudimg-rootfs")
        let request = BuildRequest(
            elements: [], user: .init(name: "root", id: 0, group: 0, groups: [], home: "/root"))
        var outputOptions = OutputSet.Options(buildID: "bench")
        outputOptions.overwritesOld = true
        try OutputSet.withOutputs([output], options: outputOptions) { outputs in
            let writer = ImageWriter(
                layout: layout, tree: tree, scratch: FilePath(CommandLine.arguments[3]),
                outputs: outputs, options: .init(time: 1_700_000_000))
            let measure = try timed("measure") { try writer.measure() }
            try timed("file system") { try writer.writeFileSystem(measure) }
            try timed("partition table") { try writer.writePartitionTable(measure) }
            // What is not published is removed.
            guard !isRaw else { return }
            let formats = FormatWriter(
                tree: tree, image: writer.image, outputs: outputs,
                options: .init(
                    request: request, time: 1_700_000_000, identity: measure.digest))
            _ = try timed("convert") { try formats.write(.qcow2) }
            let digests = try timed("digest") { try outputs.files.flatMap(outputs.computeDigests) }
            try timed("sync") { try outputs.sync() }
            _ = try timed("publish") { try outputs.publish(digests: digests) }
        }
        print()
    }

    private static func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try body()
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        print("\(name) \((milliseconds / 10).rounded() / 100)", terminator: "  ")
        return value
    }
}
