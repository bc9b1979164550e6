// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Planning

/// The options of a ramdisk.
struct RamdiskOptions: ParsableArguments {
    /// It needs the element `ramdisk`.
    static let defaultElement = "deploy"

    @Flag(
        name: .customLong("ramdisk"),
        help:
            "Also write NAME.kernel and NAME.initramfs, which boot a machine and write the image to its disk."
    )
    var isWanted = false

    @Option(
        name: .customLong("ramdisk-element"),
        help:
            "The element that is added for the ramdisk (default: \(Self.defaultElement); under the original's name: ramdisk)."
    )
    var element: String?

    @Option(
        name: .customLong("ramdisk-modules"),
        help: """
            The kernel modules of the ramdisk beside those that elements ask for: all, most (drivers of disks and \
            networks; the default), or dep (none).
            """)
    var modules: String?

    @Option(
        name: .customLong("ramdisk-compression"),
        help: "How the initramfs is compressed: zstd, gzip, xz or none (default: zstd).")
    var compression: String?

    @Option(
        name: .customLong("ramdisk-size"),
        help:
            "The most that the initramfs may have, in MiB or with a suffix (default: \(RamdiskRequest.defaultLargestSize))."
    )
    var size: String?

    /// What they ask for.
    ///
    /// - Throws: `BuildError` with status 2 for a value that makes no sense.
    func request(
        element: String, isAlone: Bool, environment: [String: String]
    ) throws -> RamdiskRequest {
        var request = RamdiskRequest(element: element, isAlone: isAlone)
        if let modules {
            request.modules = try BuildOptions.choice(
                modules, of: "set of modules", among: RamdiskRequest.ModuleSet.allCases)
        }
        if let compression {
            request.compression = try BuildOptions.choice(
                compression, of: "compression", among: RamdiskRequest.Compression.allCases)
        }
        if let size = try OptionValue(size, "--ramdisk-size", else: "", in: [:])?
            .size(bareUnit: .mebibytes(1))
        {
            request.largestSize = size
        }
        if let version = environment["DIB_KERNEL_VERSION"], !version.isEmpty {
            request.kernelVersion = version
        }
        return request
    }
}
