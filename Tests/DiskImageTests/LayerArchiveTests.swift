// SPDX-License-Identifier: Apache-2.0

import DiskImage
import SystemPackage
import TestSupport
import Testing

/// Archives whose first entry gets its header last.
struct LayerArchiveTests {
    @Test(arguments: [0, 1, 511, 512, 513, 9 << 30])
    func `tar reads the layer and what follows it`(size: Int64) throws {
        try SampleTree.withFolder { folder in
            let path = folder.appending("a.tar")
            let file = try FileDescriptor.open(
                path, .readWrite, options: .create, permissions: .ownerReadWrite)
            try file.closeAfter {
                let archive = LayerArchive(output: file, time: 1_600_000_000)
                try archive.writeLayer { start in
                    #expect(start == 512)
                    // Holes up to the last byte: 8 GiB are too much for a size in octal digits.
                    if size > 0 { try file.writeAll(toAbsoluteOffset: start + size - 1, [7]) }
                    return "layer"
                }
                try archive.write(Array("text".utf8), as: "blobs/name")
                try archive.finish()
            }
            for program in ["tar", "bsdtar"] {
                let list = try shell("\(program) --numeric-owner -tvf $1", path.string)
                let sizes = list.split(separator: "\n").map { $0.split(separator: " ") }
                #expect(sizes.map { $0.last } == ["layer", "blobs/name"])
                #expect(sizes.first?.contains("\(size)") == true, "\(list)")
            }
            #expect(try shell("tar -xOf $1 blobs/name", path.string) == "text")
        }
    }
}
