// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport

/// A sample tree with a boot loader, and the calls that make an image of it.
struct ImageFixture {
    static let time: Int64 = 1_700_000_000

    let folder: FilePath
    var tree: FilePath { folder.appending("tree") }
    var layout = ImageFixture.layout(.mbr)
    var options = ImageWriter.Options(time: ImageFixture.time)
    var conversion = ImageConverter.Options()

    /// Runs `body` with a fixture that holds a fresh sample tree.
    static func with<Result>(_ body: (ImageFixture) throws -> Result) throws -> Result {
        try SampleTree.withFolder { folder in
            let fixture = ImageFixture(folder: folder)
            try SampleTree.make(at: fixture.tree)
            try addBootLoader(to: fixture.tree)
            return try body(fixture)
        }
    }

    static func layout(_ table: DiskLayout.Table) -> DiskLayout {
        DiskLayout(
            table: table, label: "cloudimg-rootfs", installsBootLoader: table == .mbr,
            element: "vm")
    }

    /// boot.img as GRUB ships it, and a core image that grub-mkimage makes.
    static func addBootLoader(to tree: FilePath) throws {
        let script = """
            set -e
            mkdir -p "$1/boot/grub/i386-pc"
            cp /usr/lib/grub/i386-pc/boot.img "$1/boot/grub/i386-pc/"
            grub-mkimage -O i386-pc -p /boot/grub -o "$1/boot/grub/i386-pc/core.img" \
                biosdisk part_msdos ext2 search search_label normal
            find "$1/boot" -exec touch -d @1600000000 {} +
            """
        try Command("sh", ["-c", script, "sh", tree.string]).checkedOutput()
    }

    /// Writes one output for each format into `folder`/out, all steps in order.
    @discardableResult
    func build(
        _ formats: [OutputFormat], out: String = "out", outputOptions: OutputSet.Options? = nil
    ) throws -> [PublishedOutput] {
        try written(formats, out: out, outputOptions: outputOptions).outputs
    }

    /// The same; returns where everything lies.
    func measured(_ formats: [OutputFormat], out: String = "out") throws -> ImageMeasure {
        try written(formats, out: out).measure
    }

    private func written(
        _ formats: [OutputFormat], out: String, outputOptions: OutputSet.Options? = nil
    ) throws -> (measure: ImageMeasure, outputs: [PublishedOutput]) {
        let target = folder.appending(out)
        let scratch = folder.appending("scratch")
        try Command("mkdir", ["-p", target.string, scratch.string]).checkedOutput()
        let planned = formats.flatMap { format in
            layout.disks.enumerated().prefix(format.isDiskImage ? layout.disks.count : 1).map {
                let name = $0.offset == 0 ? "image" : "image-\($0.element.name)"
                return BuildPlan.PlannedOutput(
                    format: format, path: "\(target)/\(name).\(format.fileExtension)",
                    disk: $0.offset == 0 ? nil : $0.element.name)
            }
        }
        let options = outputOptions ?? OutputSet.Options(buildID: "test")
        let written = try OutputSet.withOutputs(planned, options: options) { outputs in
            let writer = ImageWriter(
                layout: layout, tree: tree, scratch: scratch, outputs: outputs,
                options: self.options)
            let measure = try writer.measure()
            try writer.writeFileSystem(measure)
            try writer.gatherVolumes(measure)
            try writer.writePartitionTable(measure)
            if let bootLoader = try writer.readBootLoader() {
                try writer.write(bootLoader, measure)
            }
            let request = BuildRequest(
                elements: [], user: .init(name: "root", id: 0, group: 0, groups: [], home: "/root"))
            var formatOptions = FormatWriter.Options(
                request: request, time: self.options.time, identity: measure.digest)
            formatOptions.conversion = conversion
            let formatWriter = FormatWriter(
                tree: tree, image: writer.image, outputs: outputs, options: formatOptions)
            for format in formats { _ = try formatWriter.write(format) }
            let digests = try outputs.files.flatMap { try outputs.computeDigests(of: $0) }
            try outputs.sync()
            return (measure, try outputs.publish(digests: digests))
        }
        try Command("rm", ["-rf", scratch.string]).checkedOutput()
        return written
    }

    /// The names in `folder`/`name`.
    func names(_ name: String = "out") throws -> [String] {
        try Command("ls", ["-A", folder.appending(name).string]).checkedOutput()
            .split(separator: "\n").map(String.init)
    }
}

/// Runs a shell line; its standard output.
@discardableResult
func shell(_ line: String, _ arguments: String...) throws -> String {
    try Command("bash", ["-c", "set -e -o pipefail; " + line, "bash"] + arguments).checkedOutput()
}
