// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// Makes a qcow2 of a raw image with qemu-img convert.
///
/// Clusters are compressed in many coroutines but written in order (no -W): the same image gives the same bytes.
package struct ImageConverter: Sendable {
    /// How a qcow2 is made.
    package struct Options: Equatable, Sendable {
        package var compression = BuildRequest.Qcow2Compression.zstd
        package var isCompressed = true
        /// More for qemu-img's -o, as --qemu-img-options gives it; wins over ours.
        package var extraOptions: String?

        package init() {}
    }

    package var options: Options
    package var limits: Command.Limits

    package init(options: Options = Options(), limits: Command.Limits = .init()) {
        self.options = options
        self.limits = limits
    }

    /// Reads the raw image at `source` and overwrites `destination`.
    package func convert(_ source: FilePath, to destination: FilePath) throws {
        try Command("qemu-img", arguments(source, destination)).checkedOutput(limits: limits)
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
