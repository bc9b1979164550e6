// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes kernel and initramfs of a finished tree.
///
/// The initramfs is a cpio in the form "newc" that libarchive writes, compressed; the same tree gives the same bytes.
package struct RamdiskWriter: Sendable {
    /// What the kernel needs beside the ramdisk to start and to bring up its network, measured with Debian's.
    private static let kernelMemory = ByteCount.mebibytes(160)

    private let request: RamdiskRequest
    private let items: [RamdiskItem]
    private let tree: FilePath
    private let scratch: FilePath
    private let reader: ProgramNeeds.Reader
    /// Seconds since 1970: the latest time that a file of the ramdisk may carry.
    private let time: Int64
    private let limits: Command.Limits

    /// A writer for one ramdisk; `scratch` is a folder that is not there yet, on which the ramdisk's files are put together.
    package init(
        _ request: RamdiskRequest, items: [RamdiskItem], tree: FilePath, scratch: FilePath,
        time: Int64, limits: Command.Limits, reader: @escaping ProgramNeeds.Reader
    ) {
        self.request = request
        self.items = items
        self.tree = tree
        self.scratch = scratch
        self.reader = reader
        self.time = time
        self.limits = limits
    }

    /// Writes the kernel, byte for byte.
    package func writeKernel(to output: FileDescriptor) throws {
        let kernel = try kernel()
        guard let found = kernel.lookup.find(kernel.image) else { return }
        try output.writeAll(FileDescriptor.contents(of: FilePath(tree.string + found.path)))
    }

    /// Writes the initramfs and returns what it is: its kernel, its size, the memory that a machine needs to boot it.
    ///
    /// - Throws: `BuildError` that names what is missing, or with a table of what makes it too large.
    package func writeInitramfs(to output: FileDescriptor) throws -> String {
        let kernel = try kernel()
        var contents = RamdiskTree(kernel.lookup, kernel, reader: reader)
        try contents.add(items, modules: request.modules)
        try NewFolder.make(scratch)
        defer { _ = Result { try TreeRoot(scratch.removingLastComponent()).remove(name) } }
        if let item = items.first(where: { $0.content == .dracut }) {
            try Dracut(kernel, element: item.element).write(to: scratch, limits: limits)
        }
        try contents.copy(to: scratch, limits: limits)
        try kernel.makeIndex(in: scratch)
        try runScripts(kernel)
        guard try TreeRoot(scratch).entry("/init") != nil else {
            throw BuildError(
                .buildFailed, "no element gives the ramdisk its /init",
                hint: "Add the element 'ramdisk', or one that needs it.")
        }
        try writeArchive(to: output)
        let size = ByteCount(try output.stat().size)
        let shares = try RamdiskShares(scratch, contents)
        guard size <= request.largestSize else {
            throw BuildError(
                .buildFailed,
                "the initramfs has \(size), and --ramdisk-size allows \(request.largestSize)",
                detail: shares.table,
                hint: "Leave out what is large, or allow more.")
        }
        let memory = ByteCount(size.bytes + shares.total.bytes + Self.kernelMemory.bytes)
        return
            "the ramdisk of kernel \(kernel.version): \(size), \(shares.total) unpacked; machines need \(memory) to boot it"
    }

    private var name: String { scratch.lastComponent?.string ?? "" }

    private func kernel() throws -> KernelModules {
        try KernelModules(TreeLookup(tree: tree), version: request.kernelVersion, limits: limits)
    }

    /// The scripts of shell elements that work on the ramdisk's folder, ramdisk-install.d.
    private func runScripts(_ kernel: KernelModules) throws {
        for item in items {
            guard case .script(let path) = item.content else { continue }
            var environment = ProcessEnvironment.current
            environment["TMP_MOUNT_PATH"] = scratch.string
            environment["MODULE_ROOT"] = tree.string
            environment["LIB_UDEV_ROOT"] = tree.string
            environment["KERNEL_VERSION"] = kernel.version
            var command = Command(path, environment: environment)
            command.workingDirectory = scratch
            let captured = try command.capture(limits: limits)
            guard captured.status.isSuccess else {
                var error = command.failure(captured.status, lastLines: captured.errorLines)
                error.location = .init(element: item.element, phase: Phase.ramdisk.rawValue)
                throw error
            }
        }
    }

    private func writeArchive(to output: FileDescriptor) throws {
        var options = TreeArchive.Options(
            format: .newc, latestTime: time, interrupt: limits.interrupt)
        switch request.compression {
        case .zstd:
            options.compression = .zstd
            // Smaller by a tenth than what zstd does by itself, in a few seconds.
            options.level = 9
            options.threads = 2
            _ = try TreeArchive.write(scratch, to: output, options: options)
        case .uncompressed: _ = try TreeArchive.write(scratch, to: output, options: options)
        case .gzip: try filter(["gzip", "--no-name", "-9"], options, to: output)
        // The kernel knows no other checksum, Documentation/staging/xz.rst.
        case .xz: try filter(["xz", "--check=crc32", "--threads=2"], options, to: output)
        }
    }

    private func filter(
        _ program: [String], _ options: TreeArchive.Options, to output: FileDescriptor
    ) throws {
        let whole = scratch.removingLastComponent().appending(name + ".cpio")
        let file = try FileDescriptor.open(
            whole, .readWrite, options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite)
        defer {
            _ = Result { try file.close() }
            _ = Result { try TreeRoot(scratch.removingLastComponent()).remove(name + ".cpio") }
        }
        _ = try TreeArchive.write(scratch, to: file, options: options)
        try file.seek(offset: 0, from: .start)
        var command = Command(program[0], program.dropFirst() + ["--stdout"])
        command.standardInput = .descriptor(file)
        let messages = try FileDescriptor.memoryFile(holding: "")
        defer { _ = Result { try messages.close() } }
        let status = try command.start(output: output, error: messages).wait()
        guard status.isSuccess else { throw command.failure(status, lastLines: []) }
    }
}
