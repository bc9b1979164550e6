// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes each output from the raw image or from the finished tree; outputs do not depend on each other.
///
/// With a time and an identity that come from the input, the same input gives the same bytes, except for vhd-dynamic,
/// vhdx, vmdk, vmdk-stream and vdi: in these qemu-img writes the time or random numbers.
package struct FormatWriter: Sendable {
    package struct Options: Sendable {
        /// Seconds since 1970: the latest time that an output may carry.
        package var time: Int64
        /// What identifiers in outputs derive from.
        package var identity: ContentDigest
        package var conversion = ImageConverter.Options()
        package var container: ContainerDescription
        /// What makes a tgz of a tar.
        var gzip = FilterProgram.gzip
        /// Mount points of the tree's own file systems, as paths below it, while the image is mounted.
        package var volumes: [String] = []
        package var limits = Command.Limits()

        package init(
            request: BuildRequest, time: Int64, identity: ContentDigest,
            limits: Command.Limits = .init()
        ) {
            self.time = time
            self.identity = identity
            self.limits = limits
            conversion = .init(request: request)
            container = .init(request: request)
            gzip = .gzip(in: request.environment)
        }
    }

    let tree: FilePath
    /// The raw image.
    let image: FilePath
    /// The disk that this is the image of; nil: the first one.
    package private(set) var disk: String?
    let outputs: OutputSet
    private(set) var options: Options

    /// A writer for the outputs of `outputs`; `image` is the raw image, where an output needs one.
    package init(tree: FilePath, image: FilePath, outputs: OutputSet, options: Options) {
        self.tree = tree
        self.image = image
        self.outputs = outputs
        self.options = options
    }

    /// A writer for the outputs of another disk than the first one.
    package func writing(disk: String, from image: FilePath) -> FormatWriter {
        var writer = FormatWriter(tree: tree, image: image, outputs: outputs, options: options)
        writer.disk = disk
        // Disks of one build are not the same disk.
        writer.options.identity.add(disk.utf8)
        return writer
    }

    /// Checks that the formats can hold what is in the tree, before anything is written.
    package func check() throws {
        guard outputs[.cpio] != nil else { return }
        try TreeArchive.check(tree, options: archiveOptions(.newc))
    }

    /// Makes one output and returns what the user should know about it.
    package func write(_ format: OutputFormat) throws -> [String] {
        guard let output = outputs[format, disk: disk] else { return [] }
        switch format {
        case .raw: break
        case .qcow2:
            try ImageConverter(options: options.conversion, limits: options.limits)
                .convert(image, to: output)
        case .vhd: try writeFixedVHD(to: output)
        case .vhdDynamic, .vhdx, .vmdk, .vmdkStream, .vdi: try convert(to: format, output)
        case .tar: return try writeArchive(archiveOptions(), to: output)
        case .tarZstd: return try writeArchive(archiveOptions(compression: .zstd), to: output)
        case .tarXz: return try writeArchive(archiveOptions(compression: .xz), to: output)
        case .cpio: return try writeArchive(archiveOptions(.newc), to: output)
        case .tgz: return try writeGzippedTar(to: output)
        case .squashfs:
            // Level 9 takes a sixth of the time of mksquashfs' own 15, for images 7 % larger; who counts bytes has xz.
            let zstd = ["-comp", "zstd", "-Xcompression-level", "9"]
            return try writeSquashfs(to: output, zstd)
        case .squashfsXz: return try writeSquashfs(to: output, ["-comp", "xz"])
        case .erofs: try writeErofs(to: output)
        case .docker: return try writeDockerArchive(to: output)
        case .oci: return try writeOCIArchive(to: output)
        case .aci: return try writeAppContainer(to: output)
        case .bmap: try writeBlockMap(to: output)
        // What they say is not the image's, but the build's to tell.
        case .manifest, .sbom, .kernel, .initramfs: break
        }
        return []
    }

    // MARK: From the raw image

    private func writeFixedVHD(to output: OutputFile) throws {
        let source = try FileDescriptor.open(image, .readOnly, options: .closeOnExec)
        try source.closeAfter {
            do {
                try FixedVHD(
                    size: ByteCount(try source.seek(offset: 0, from: .end)), time: options.time,
                    identity: options.identity
                ).write(source, to: output.descriptor, interrupt: options.limits.interrupt)
            } catch let error as Errno {
                throw BuildError(.buildFailed, "cannot write '\(output.path)': \(error)")
            }
        }
    }

    private func writeBlockMap(to output: OutputFile) throws {
        let source = try FileDescriptor.open(image, .readOnly, options: .closeOnExec)
        try source.closeAfter {
            let map = try BlockMap(source, interrupt: options.limits.interrupt)
            try output.descriptor.writeAll(map.text().utf8)
        }
    }

    private func convert(to format: OutputFormat, _ output: OutputFile) throws {
        // The cache of the host is what the image was just written to; without -t writes would wait for the disk.
        var arguments = ["convert", "-f", "raw", "-t", "unsafe", "-T", "writeback", "-O"]
        switch format {
        case .vhdDynamic: arguments += ["vpc", "-o", "subformat=dynamic,force_size=on"]
        case .vmdkStream: arguments += ["vmdk", "-o", "subformat=streamOptimized"]
        default: arguments.append(format.rawValue)
        }
        try Command("qemu-img", arguments + [image.string, output.temporaryPath.string])
            .checkedOutput(limits: options.limits)
    }

    // MARK: From the tree

    func archiveOptions(
        _ format: TreeArchive.Format = .pax, compression: TreeArchive.Compression = .none
    ) -> TreeArchive.Options {
        var archive = TreeArchive.Options(
            format: format, compression: compression, latestTime: options.time,
            interrupt: options.limits.interrupt)
        archive.threads = OutputJob.allCores
        archive.volumes = options.volumes
        return archive
    }

    func writeArchive(
        _ archive: TreeArchive.Options, to output: OutputFile
    ) throws -> [String] {
        try TreeArchive.write(tree, to: output.descriptor, options: archive).warnings
    }

    private func writeGzippedTar(to output: OutputFile) throws -> [String] {
        try options.gzip.run(to: output.descriptor) { input in
            try TreeArchive.write(tree, to: input, options: archiveOptions()).warnings
        }
    }

    /// The folders of ext file systems for what e2fsck finds, which are none of the tree's.
    private var lostAndFound: [String] {
        ["lost+found"] + options.volumes.map { "\($0)/lost+found" }
    }

    private var buildTime: [String: String] {
        ProcessEnvironment.current.merging(["SOURCE_DATE_EPOCH": String(options.time)]) { $1 }
    }

    private func writeSquashfs(to output: OutputFile, _ compression: [String]) throws -> [String] {
        // Folders that the running system mounts over are empty, as in archives.
        let leftOut = ["proc/*", "proc/.*", "sys/*", "sys/.*"] + lostAndFound
        // What is mounted into the tree is none of it, but for its own file systems: then there is nothing else.
        let others = options.volumes.isEmpty ? ["-one-file-system"] : []
        try Command(
            "mksquashfs",
            [
                tree.string, output.temporaryPath.string, "-noappend", "-no-progress", "-quiet",
                "-no-recovery", "-exit-on-error", "-xattrs", "-processors",
                String(OutputJob.allCores), "-mem", "512M",
            ] + compression + others + ["-wildcards", "-e"] + leftOut, environment: buildTime
        ).checkedOutput(limits: options.limits)
        let lists = try TreeArchive.countAccessControlLists(in: tree, options: archiveOptions())
        guard lists > 0 else { return [] }
        let entries = lists == 1 ? "entry" : "entries"
        return ["the \(output.format) leaves out the ACLs of \(lists) \(entries)"]
    }

    private func writeErofs(to output: OutputFile) throws {
        try Command(
            "mkfs.erofs",
            [
                "--quiet", "-zlz4hc", "-U", options.identity.uuid(for: "erofs"),
                "--exclude-regex=^(proc|sys)/",
            ] + lostAndFound.map { "--exclude-path=\($0)" } + [
                output.temporaryPath.string, tree.string,
            ], environment: buildTime
        ).checkedOutput(limits: options.limits)
    }
}
