// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The disk layout and the outputs of a request.
enum LayoutPlanner {
    /// The longest label that ext4 holds, in bytes.
    private static let longestLabel = 16
    /// A whole-disk image leaves this much in front of its partition: partition table, boot loader, alignment.
    private static let partitionOffset = ByteCount.mebibytes(1)
    /// Below this no file system with a journal holds an operating system, whatever is in the tree.
    private static let smallestFileSystem = ByteCount.mebibytes(16)

    static func layout(_ request: BuildRequest, _ resolved: ResolvedElements) throws -> DiskLayout {
        let label = request.rootLabel ?? "cloudimg-rootfs"
        guard label.utf8.count <= longestLabel, !label.isEmpty else {
            throw BuildError(
                .refused, "root label '\(label)' has \(label.utf8.count) bytes",
                hint: "A label of ext4 has 1 to \(longestLabel) bytes.")
        }
        let owner = resolved.provider(of: "block-device")
        let offset = owner == nil ? ByteCount.zero : partitionOffset
        if let size = request.imageSize, size < offset + smallestFileSystem {
            throw BuildError(
                .refused, "image size \(size) is too small",
                hint: "The least that can be built is \(offset + smallestFileSystem).")
        }
        return DiskLayout(
            table: owner == nil ? .none : .mbr, fileSystem: "ext4", label: label, freePercent: 10,
            size: request.imageSize,
            extraSize: request.imageSize == nil ? request.imageExtraSize : nil, rootOffset: offset,
            // A shell element installs its boot loader itself, on the mounted image.
            installsBootLoader: owner != nil
                && resolved.provider(of: "bootloader")?.kind == .native,
            element: owner?.name)
    }

    /// Of a single format the ending is taken off the name first, so that `-o a.qcow2` makes a.qcow2.
    static func outputs(_ request: BuildRequest) -> [BuildPlan.PlannedOutput] {
        var formats: [OutputFormat] = []
        for format in request.formats where !formats.contains(format) { formats.append(format) }
        var name = request.imageName
        if let only = formats.first, formats.count == 1, name.hasSuffix("." + only.fileExtension) {
            name.removeLast(only.fileExtension.count + 1)
        }
        return formats.map { .init(format: $0, path: "\(name).\($0.fileExtension)") }
    }
}
