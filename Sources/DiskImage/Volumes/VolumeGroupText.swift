// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// The description of a volume group as lvm(8) keeps it, lib/format_text/export.c of lvm2; sizes are in sectors of 512 bytes.
struct VolumeGroupText {
    let geometry: VolumeGroupGeometry
    let digest: ContentDigest
    /// Of making, in seconds since 1970.
    let time: Int64

    private var group: VolumeGroup { geometry.group }

    /// The identity of a physical volume, 32 characters.
    func identity(of volume: PhysicalVolume) -> String {
        identity("physical volume \(group.name)/\(volume.name)")
    }

    private func identity(_ purpose: String) -> String {
        digest.uuid(for: purpose).filter { $0 != "-" }
    }

    /// 32 characters in groups of 6, 4, 4, 4, 4, 4 and 6.
    private func grouped(_ identity: String) -> String {
        var rest = identity[...]
        return [6, 4, 4, 4, 4, 4, 6].map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }.joined(separator: "-")
    }

    var text: String {
        """
        \(group.name) {
        id = "\(grouped(identity("volume group \(group.name)")))"
        seqno = 1
        format = "lvm2"
        status = ["RESIZEABLE", "READ", "WRITE"]
        flags = []
        extent_size = \(group.extentSize.bytes / 512)
        max_lv = 0
        max_pv = 0
        metadata_copies = 0

        physical_volumes {

        \(physicalVolumes.joined(separator: "\n\n"))
        }

        logical_volumes {

        \(logicalVolumes.joined(separator: "\n\n"))
        }

        }
        contents = "Text Format Volume Group"
        version = 1

        description = "Made by dibhost"

        creation_host = "dibhost"
        creation_time = \(time)

        """
    }

    private var physicalVolumes: [String] {
        zip(group.physicalVolumes, geometry.partitions).enumerated().map { index, member in
            let (volume, partition) = member
            return """
                pv\(index) {
                id = "\(grouped(identity(of: volume)))"
                device = "unknown"

                status = ["ALLOCATABLE"]
                flags = []
                dev_size = \(partition.length.bytes / 512)
                pe_start = \(PhysicalVolume.reserved.bytes / 512)
                pe_count = \(VolumeGroupGeometry.extents(in: partition.length, of: group))
                }
                """
        }
    }

    private var logicalVolumes: [String] {
        zip(group.logicalVolumes, geometry.segments).map { volume, segments in
            """
            \(volume.name) {
            id = "\(grouped(identity("logical volume \(group.name)/\(volume.name)")))"
            status = ["READ", "WRITE", "VISIBLE"]
            flags = []
            creation_time = \(time)
            creation_host = "dibhost"
            segment_count = \(segments.count)

            \(segments.enumerated().map { text($1, number: $0 + 1, of: volume) }.joined(separator: "\n"))
            }
            """
        }
    }

    private func text(
        _ segment: VolumeGroupGeometry.Segment, number: Int, of volume: LogicalVolume
    ) -> String {
        let stripes = segment.stripes.map { "\"pv\($0.physicalVolume)\", \($0.firstExtent)" }
        let size =
            stripes.count > 1 ? "\nstripe_size = \(volume.stripeSize.bytes / 512)" : ""
        return """
            segment\(number) {
            start_extent = \(segment.firstExtent)
            extent_count = \(segment.extents)

            type = "striped"
            stripe_count = \(stripes.count)\(size)

            stripes = [
            \(stripes.joined(separator: ",\n"))
            ]
            }
            """
    }
}
