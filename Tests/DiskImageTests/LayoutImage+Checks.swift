// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Planning
import SystemPackage
import TestSupport

/// What the file systems' own programs say about a volume.
extension LayoutImage {
    /// Copies the volume's bytes, piece by piece, to a file of its own, decrypted where they are encrypted.
    func extracted(_ placed: ImageMeasure.PlacedVolume) throws -> String {
        let file = fixture.folder.appending("volume").string
        let pieces = placed.place.pieces.map { "\($0.offset.bytes) \($0.length.bytes)" }
        try shell(
            """
            rm -f $2; place=0
            while read -r start length; do
                dd if=$1 of=$2 bs=64K skip=$start count=$length seek=$place conv=sparse,notrunc status=none \\
                    iflag=skip_bytes,count_bytes oflag=seek_bytes
                place=$((place + length))
            done <<<"\(pieces.joined(separator: "\n"))"
            truncate -s $place $2
            """, image(of: placed.volume.name).string, file)
        guard let encryption = placed.volume.encryption else { return file }
        let label = try shell("blkid -p -o value -s TYPE $1; blkid -p -o value -s LABEL $1", file)
        guard label == "crypto_LUKS\n\(encryption.name)\n" else {
            throw BuildError(.buildFailed, "'\(encryption.name)' is '\(label)'")
        }
        return try DecryptedVolume.decrypt(FilePath(file), passphrase: Self.passphrase).string
    }

    /// Runs the checker of the volume's type; it must find nothing.
    func check(_ placed: ImageMeasure.PlacedVolume) throws {
        let file = try extracted(placed)
        switch placed.volume.type {
        case .ext2, .ext3, .ext4: try shell("e2fsck -fn $1", file)
        case .xfs: try shell("xfs_repair -n -f $1", file)
        case .btrfs: try shell("btrfs check --readonly $1", file)
        case .vfat: try shell("fsck.vfat -n $1", file)
        case .swap: try shell("swaplabel $1 | grep -F \"LABEL: $2\"", file, placed.volume.label)
        }
    }

    /// The mount points inside that of a volume, relative to it.
    func inner(of point: String) -> [String] {
        let prefix = point == "/" ? "/" : point + "/"
        return measure.disks.flatMap(\.volumes).compactMap(\.volume.mountPoint)
            .filter { $0 != point && $0.hasPrefix(prefix) }.map {
                String($0.dropFirst(prefix.count))
            }
    }

    /// The files of a vfat with their checksums and times, as mtools reads them.
    func fatFiles(_ placed: ImageMeasure.PlacedVolume) throws -> String {
        try shell(
            """
            rm -rf $2; mkdir $2; export MTOOLSRC=/dev/null TZ=UTC
            mcopy -i $1 -s -m -n ::/ $2/ 2>/dev/null || mcopy -i $1 -s -m -n '::/*' $2/
            cd $2; find . -type f -printf '%P %Ts\\n' | LC_ALL=C sort
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
            """, try extracted(placed), fixture.folder.appending("fat").string)
    }

    /// The same of a part of the tree.
    func plainFiles(_ point: String) throws -> String {
        try shell(
            """
            cd $1\(point); find . -type f -printf '%P %Ts\\n' | LC_ALL=C sort
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
            """, fixture.tree.string)
    }
}
