// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// A part of a disk image with a file system, or with something else, in it.
struct ImagePart: Equatable {
    /// The partition's number; 0 for the whole image.
    var number: Int
    var offset: ByteCount
    /// Zero for all up to the image's end.
    var length: ByteCount
    /// As blkid(8) calls it, such as "ext4"; nil when it knows none.
    var type: String?
    /// What fstab(5) may call it, such as "LABEL=root" and "PARTUUID=...".
    var names: Set<String>

    /// For messages.
    var title: String { number == 0 ? "the image" : "partition \(number)" }
}

/// The partitions of a raw image as partx(8) and blkid(8) see them: the image itself where there are none.
enum PartitionList {
    private static let sectorSizes = [512, 4096]

    static func of(_ image: String, limits: Command.Limits) throws -> [ImagePart] {
        for size in sectorSizes {
            let parts = try partitions(of: image, sectorSize: size, limits: limits)
            guard parts.isEmpty else {
                return try parts.map { try identified($0, image, limits) }
            }
        }
        let whole = ImagePart(number: 0, offset: .zero, length: .zero, names: [])
        return [try identified(whole, image, limits)]
    }

    private static func partitions(
        of image: String, sectorSize: Int, limits: Command.Limits
    ) throws -> [ImagePart] {
        let command = Command(
            "partx",
            [
                "--raw", "--noheadings", "--sector-size", "\(sectorSize)", "--output",
                "NR,START,SECTORS,UUID,NAME", image,
            ])
        let captured = try command.capture(limits: limits)
        // It fails for an image without a table.
        guard captured.status.isSuccess else { return [] }
        return captured.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(
                String.init)
            guard fields.count >= 3, let number = Int(fields[0]), let start = Int64(fields[1]),
                let sectors = Int64(fields[2]), sectors > 0
            else { return nil }
            var names: Set<String> = []
            if fields.count > 3, !fields[3].isEmpty { names.insert("PARTUUID=\(fields[3])") }
            if fields.count > 4, !fields[4].isEmpty { names.insert("PARTLABEL=\(fields[4])") }
            return ImagePart(
                number: number, offset: ByteCount(start * Int64(sectorSize)),
                length: ByteCount(sectors * Int64(sectorSize)), names: names)
        }
    }

    private static func identified(
        _ part: ImagePart, _ image: String, _ limits: Command.Limits
    ) throws -> ImagePart {
        var range = ["--offset", "\(part.offset.bytes)"]
        if part.length != .zero { range += ["--size", "\(part.length.bytes)"] }
        let captured = try Command("blkid", ["--probe", "--output", "export"] + range + [image])
            .capture(limits: limits)
        var part = part
        switch captured.status {
        case .exited(0): break
        // Nothing that it knows.
        case .exited(2): return part
        case .exited(8):
            part.type = "the traces of several file systems"
            return part
        default:
            throw BuildError(
                .buildFailed, "cannot tell what \(part.title) holds: blkid \(captured.status)",
                detail: captured.errorLines.last)
        }
        for line in captured.output.split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "TYPE": part.type = pair[1]
            case "LABEL", "UUID": part.names.insert("\(pair[0])=\(pair[1])")
            default: break
            }
        }
        return part
    }
}
