// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// What --max-size chooses, and what it refuses; the messages are in the table of refusals of the command line.
struct GrowthPlannerTests {
    private static func tebibytes(_ count: Int64) -> ByteCount { .gibibytes(count << 10) }

    private static func layout(
        _ size: ByteCount?, _ text: String? = nil, change: (inout BuildRequest) -> Void = { _ in }
    ) throws -> DiskLayout {
        let request = Sample.request("os") {
            $0.maxSize = size
            $0.diskConfiguration = text.map {
                YAMLSource(kind: "disk layout", name: "d.yaml", text: $0)
            }
            change(&$0)
        }
        return try Sample.plan(request, [Sample.system]).layout
    }

    /// Sizes, and the KiB of a cluster; 4: single blocks.
    private static let clusters: [(ByteCount, Int64)] = [
        (.gibibytes(1), 4), (tebibytes(16), 4), (tebibytes(16) + ByteCount(1), 8),
        (tebibytes(64), 16), (tebibytes(200), 64), (tebibytes(1024), 256), (tebibytes(4096), 1024),
    ]

    @Test(arguments: clusters)
    func `a cluster is as small as the number of groups allows`(
        _ size: ByteCount, _ kibibytes: Int64
    ) throws {
        let growth = try #require(try Self.layout(size).growth)
        #expect(growth.size == size)
        #expect(growth.clusterBlocks == kibibytes / 4)
        #expect((growth.clusterSize == nil) == (kibibytes == 4))
        let groups = (size.bytes - 1) / (kibibytes << 10) / RootGrowth.clustersPerGroup + 1
        #expect(groups <= 1 << 17)
        #expect(groups * growth.mostInodesPerGroup < 1 << 32)
        #expect(growth.mostInodesPerGroup > 32000)
    }

    @Test(arguments: ["xfs", "btrfs"])
    func `other file systems have no clusters and no limit`(_ type: String) throws {
        let layout = try Self.layout(Self.tebibytes(4096 * 16)) { $0.environment["FS_TYPE"] = type }
        #expect(layout.growth?.clusterSize == nil)
        #expect(GrowthLimit.first(of: layout) == nil)
    }

    @Test(arguments: [
        ["-O", "^64bit"], ["-Obigalloc"], ["-E", "stride=2,resize=5"], ["-i65536"], ["-N", "5"],
        ["-m", "0", "-C", "65536"],
    ])
    func `options of mke2fs that decide the same are refused`(_ words: [String]) {
        #expect(throws: BuildError.self) {
            try Self.layout(.gibibytes(100)) { $0.mkfsOptions = words }
        }
    }

    @Test func `other options of mke2fs stay`() throws {
        let layout = try Self.layout(.gibibytes(100)) {
            $0.mkfsOptions = ["-m", "1", "-O", "^metadata_csum", "-E", "stride=2"]
            $0.maxOnlineResize = 1 << 24
        }
        #expect(layout.growth?.size == .gibibytes(100))
    }

    @Test func `the largest size that a refusal names is accepted`() throws {
        let limit = try #require(GrowthLimit.first(of: try Self.layout(nil, LayoutSample.mbr)))
        let largest = try #require(limit.size)
        #expect(largest == .mebibytes((2 << 20) - 1))
        #expect(try Self.layout(largest, LayoutSample.mbr).growth?.size == largest)
        #expect(throws: BuildError.self) {
            try Self.layout(largest + ByteCount(1), LayoutSample.mbr)
        }
    }
}
