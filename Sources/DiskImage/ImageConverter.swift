// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes a qcow2 of a raw image: with `Qcow2Writer` by default, with qemu-img convert where the user asked for what only
/// that can, zlib, no compression, options of its own.
///
/// qemu-img compresses in many coroutines but writes in order (no -W): the same image gives the same bytes.
package struct ImageConverter: Sendable {
    /// How a qcow2 is made.
    package struct Options: Equatable, Sendable {
        package var compression = BuildRequest.Qcow2Compression.zstd
        package var isCompressed = true
        /// More for qemu-img's -o, as --qemu-img-options gives it; wins over ours.
        package var extraOptions: String?

        package init() {}

        /// What a request says about a qcow2.
        package init(request: BuildRequest) {
            isCompressed = !request.isUncompressed
            compression = request.qcow2Compression
            extraOptions = request.qemuImageOptions
        }
    }

    package var options: Options
    package var limits: Command.Limits

    package init(options: Options = Options(), limits: Command.Limits = .init()) {
        self.options = options
        self.limits = limits
    }

    /// Reads the raw image at `source` and writes it to an output's temporary file.
    package func convert(_ source: FilePath, to output: OutputFile) throws {
        guard isNative else {
            try Command("qemu-img", arguments(source, output.temporaryPath))
                .checkedOutput(limits: limits)
            return
        }
        let image = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
        try image.closeAfter {
            do {
                let size = ByteCount(try image.seek(offset: 0, from: .end))
                try Qcow2Writer.convert(
                    image, size: size, to: output.descriptor, interrupt: limits.interrupt)
            } catch let error as Errno {
                throw BuildError(.buildFailed, "cannot write '\(output.path)': \(error)")
            }
        }
    }

    /// Whether this program's own writer makes the qcow2.
    package var isNative: Bool {
        options.isCompressed && options.compression == .zstd
            && (options.extraOptions ?? "").isEmpty
    }

    func arguments(_ source: FilePath, _ destination: FilePath) -> [String] {
        var arguments = ["convert", "-f", "raw", "-O", "qcow2", "-m", "16"]
        // The cache of the host is what the image was just written to; without -t writes would wait for the disk.
        arguments += ["-t", "unsafe", "-T", "writeback"]
        if options.isCompressed { arguments.append("-c") }
        var settings: [String] = []
        if options.isCompressed {
            settings.append("compression_type=\(options.compression.rawValue)")
        }
        if let extra = options.extraOptions, !extra.isEmpty { settings.append(extra) }
        if !settings.isEmpty { arguments += ["-o", settings.joined(separator: ",")] }
        return arguments + [source.string, destination.string]
    }
}
