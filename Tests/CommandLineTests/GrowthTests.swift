// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Images that were built with --max-size, and resize2fs on a sparse file: no file of an ext4 is as large, one of an XFS is.
struct GrowthTests {
    private static let sizes =
        ProcessEnvironment["DIBHOST_ALL_GROWTHS"] == nil
        ? ["16TiB", "1PiB"] : ["16TiB", "64TiB", "200TiB", "1PiB", "4PiB"]

    /// Grows the file system of $1 to $2 bytes in an XFS of its own, checks it and compares its files with the tar's.
    ///
    /// It is not mounted: resize2fs leaves it to the kernel to count what the groups take, and with clusters the kernel
    /// compares each group with each (ext4_calculate_overhead), which for 2^17 of them takes two minutes.
    private static let script = """
        truncate --size 5G xfs.img
        mkfs.xfs -q xfs.img
        mkdir xfs before after
        mount -o loop xfs.img xfs
        trap 'umount xfs' EXIT
        cp --sparse=always "$1" xfs/disk
        truncate --size "$2" xfs/disk
        e2fsck -fp xfs/disk
        resize2fs -f xfs/disk
        e2fsck -fn xfs/disk
        dumpe2fs -h xfs/disk 2>/dev/null
        debugfs -R 'rdump / after' xfs/disk
        tar -xf "$3" -C before
        diff --recursive --no-dereference --exclude=lost+found before after
        """

    @Test(arguments: sizes)
    func `an image of 1.7 GB grows to the size that was asked for`(_ size: String) throws {
        try TemporaryFolder.with("growth", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            // With clusters of 1 MiB, files alone take more.
            let first = size == "4PiB" ? "8GB" : "1.7GB"
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os"], formats: "raw,tar",
                    options: ["-n", "--max-size", size, "--image-size", first]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let note = "the root file system can grow to \(size)"
            #expect(outcome.lines.contains { $0.contains(note) }, "\(outcome.lines)")
            let bytes = try #require(ByteCount(size, bareUnit: .gibibytes(1))).bytes
            var command = Command(
                "bash",
                [
                    "-euo", "pipefail", "-c", Self.script, "bash",
                    build.output.appending("image.raw").string, String(bytes),
                    build.output.appending("image.tar").string,
                ])
            command.workingDirectory = folder
            let facts = try command.checkedOutput()
            let line = facts.split(separator: "\n").last { $0.hasPrefix("Block count:") }
            let blocks = try #require(Int64((line ?? "").filter(\.isNumber)))
            // Behind the last whole group there may be too little for one more.
            #expect(blocks > bytes / 4096 / 1000 * 999)
        }
    }
}
