// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// Layouts that native elements bring in their manifests.
struct ElementLayoutTests {
    private static func source(_ text: String) -> YAMLSource {
        YAMLSource(
            kind: "disk layout", name: "disk", text: text,
            places: text.split(separator: "\n").indices.map { "$.layouts.default.\($0)" })
    }

    /// An element with the original's MBR, its options left open, and its own layout for arm64.
    private static let element = Sample.native("disk", provides: ["block-device"]) {
        $0.layouts = [
            "default": source(LayoutSample.mbr.replacing("options: defaults, ", with: "")),
            "arm64": source(LayoutSample.efi()),
        ]
    }

    private func layout(
        elements: [ElementDescription] = [], change: (inout BuildRequest) -> Void = { _ in }
    ) throws -> DiskLayout {
        try Sample.plan(
            Sample.request("os", "disk", change: change),
            [Sample.system, Self.element] + elements
        ).layout
    }

    @Test func `the manifest's layout becomes the disk`() throws {
        let layout = try layout()
        #expect(layout.element == "disk")
        #expect(layout.source == nil)
        #expect(layout.table == .mbr)
        #expect(layout.mountTable == "LABEL=cloudimg-rootfs / ext4 errors=remount-ro 0 1\n")
        let other = try self.layout { $0.architecture = "arm64" }
        #expect(other.disks[0].partitions.map(\.name) == ["ESP", "BSP", "root"])
    }

    @Test func `type and label of the root file system are the user's`() throws {
        let layout = try layout {
            $0.environment["FS_TYPE"] = "xfs"
            $0.rootLabel = "mine"
        }
        #expect(layout.mountTable == "LABEL=mine / xfs defaults 0 1\n")
        let error = #expect(throws: BuildError.self) {
            try self.layout { $0.rootLabel = "seventeen-letters" }
        }
        #expect(error?.message == "root label 'seventeen-letters' has 17 bytes")
    }

    @Test func `a configuration of the user wins`() throws {
        let layout = try layout {
            $0.diskConfiguration = YAMLSource(
                kind: "disk layout", name: "mine.yaml", text: LayoutSample.gpt)
        }
        #expect(layout.source == "mine.yaml")
        #expect(layout.table == .gpt)
    }

    @Test(
        arguments: [("default", "amd64", 17), ("arm64", "arm64", 576)] as [(String, String, Int64)])
    func `an image that is too small is refused with the size that will do`(
        _ name: String, _ architecture: String, _ least: Int64
    ) throws {
        let error = #expect(throws: BuildError.self) {
            try self.layout {
                $0.architecture = architecture
                $0.imageSize = .mebibytes(least - 1)
            }
        }
        #expect(error?.message == "image size \(ByteCount.mebibytes(least - 1)) is too small")
        let hint = try #require(error?.hint)
        #expect(hint.hasPrefix("The least that can be built is "))
        let layout = try self.layout {
            $0.architecture = architecture
            $0.imageSize = .mebibytes(least + 1)
        }
        #expect(layout.size == .mebibytes(least + 1))
    }

    @Test func `a fault is named by its place in the manifest`() throws {
        let broken = Self.source(LayoutSample.mbr.replacing("size: 100%", with: "size: 0%"))
        let error = #expect(throws: BuildError.self) {
            try DiskLayout.check(broken, architecture: "amd64")
        }
        #expect(
            error?.message
                == "disk layout 'disk:$.layouts.default.7': partition 'root' has the size"
                + " '0%'")
    }

    @Test func `packages can depend on the layout`() throws {
        let tools = Sample.native("tools") {
            $0.packages = [
                "debian": [
                    .init(name: "xfsprogs", when: ["build.file-systems": ["xfs"]]),
                    .init(name: "dosfstools", when: ["build.file-systems": ["vfat"]]),
                    .init(name: "gdisk", when: ["build.partition-table": ["gpt", "none"]]),
                    .init(name: "efibootmgr", when: ["build.firmware": ["efi", "both"]]),
                    .init(name: "plain", when: ["build.boot-file-system": ["ext4"]]),
                ]
            ]
        }
        func packages(_ architecture: String, type: String) throws -> [String] {
            let request = Sample.request("os", "disk", "tools") {
                $0.architecture = architecture
                $0.environment["FS_TYPE"] = type
            }
            return try Sample.plan(request, [Sample.system, Self.element, tools]).packages
        }
        #expect(try packages("amd64", type: "xfs") == ["xfsprogs"])
        #expect(try packages("arm64", type: "ext4") == ["dosfstools", "gdisk"])
    }
}
