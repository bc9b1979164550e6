// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// A drive with metadata: a vfat file system with the label that the machine looks for, made by dosfstools and mtools.
enum MetadataDrive {
    static func make(
        _ files: MetadataFiles, label: String, image: FilePath, scratch: FilePath,
        limits: Command.Limits
    ) throws {
        try Command("rm", ["-rf", "--", scratch.string, image.string]).checkedOutput()
        try files.write(to: scratch)
        try Command("truncate", ["--size=8M", image.string]).checkedOutput(limits: limits)
        try Command("mkfs.vfat", ["-n", label, image.string]).checkedOutput(limits: limits)
        let names = try FolderListing.entries(of: scratch).map(\.name).filter {
            $0 != MetadataFiles.index
        }
        try Command(
            "mcopy",
            ["-s", "-i", image.string] + names.map { scratch.appending($0).string } + ["::"]
        ).checkedOutput(limits: limits)
    }
}
