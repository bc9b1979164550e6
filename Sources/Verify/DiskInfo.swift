// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import FoundationEssentials
internal import LinuxSystem
internal import SystemPackage

/// What qemu-img knows of an image.
struct DiskInfo: Sendable {
    private struct Document: Decodable {
        var format: String
        var size: Int64

        enum CodingKeys: String, CodingKey {
            case format
            case size = "virtual-size"
        }
    }

    let path: FilePath
    let format: String
    /// The disk's size in bytes.
    let virtualSize: Int64

    /// - Throws: `BuildError` for a file that is no image.
    init(_ path: FilePath) throws {
        let captured = try Command(
            "qemu-img", ["info", "--force-share", "--output=json", path.string]
        ).capture()
        guard captured.status.isSuccess else {
            throw BuildError(
                .refused, "'\(path)' is no disk image that qemu-img can read",
                detail: captured.errorLines.last, hint: "Give the image of a disk that boots.")
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(captured.output.utf8))
        guard try document.format != "raw" || Self.hasBootSector(path) else {
            throw BuildError(
                .refused, "'\(path)' has no boot sector: it is no image of a disk that boots",
                hint: "Give the image of a whole disk, such as a qcow2 of a build with 'vm'.")
        }
        self.path = path
        format = document.format
        virtualSize = document.size
    }

    /// Whether the first block ends with the mark of a partition table or boot loader; a GPT has one, too.
    private static func hasBootSector(_ path: FilePath) throws -> Bool {
        let block = try FileDescriptor.contents(of: path, limit: 512)
        return block.count == 512 && block[510] == 0x55 && block[511] == 0xAA
    }
}
