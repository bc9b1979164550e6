// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Written with our code, read back with qemu-img.
struct Qcow2WriterTests {
    private func convert(_ raw: FilePath, to qcow2: FilePath) throws {
        let source = try FileDescriptor.open(raw, .readOnly)
        try source.closeAfter {
            let size = ByteCount(try source.seek(offset: 0, from: .end))
            let output = try FileDescriptor.open(
                qcow2, .readWrite, options: [.create, .truncate], permissions: .ownerReadWrite)
            try output.closeAfter { try Qcow2Writer.convert(source, size: size, to: output) }
        }
    }

    @Test(arguments: [
        ("an empty disk", "truncate -s 10M $1"),
        ("no bytes at all", ": > $1"),
        ("text", "seq 3000000 > $1; truncate -s 40M $1"),
        ("bytes that do not shrink", "head -c 9M /dev/urandom > $1"),
        (
            "a mixture with holes",
            """
            for i in $(seq 0 7 200); do
                head -c 70000 /dev/urandom | dd of=$1 bs=64k seek=$i conv=notrunc status=none
                seq 40000 | dd of=$1 bs=64k seek=$((i + 2)) conv=notrunc status=none
            done; truncate -s 20M $1
            """
        ),
        ("a size that is no multiple of a cluster", "seq 20000 > $1; truncate -s 100864 $1"),
        (
            "a large disk with little in it",
            "truncate -s 3T $1; printf x | dd of=$1 bs=1M seek=2999999 conv=notrunc status=none"
        ),
        ("zeros that are written", "head -c 3M /dev/zero > $1; printf x >> $1; truncate -s 4M $1"),
    ])
    func `qemu-img finds nothing wrong and the same bytes`(_ name: String, _ make: String) throws {
        try SampleTree.withFolder { folder in
            let raw = folder.appending("raw")
            let qcow2 = folder.appending("qcow2")
            try shell("set +o pipefail; " + make, raw.string)
            try convert(raw, to: qcow2)
            let check = try shell("qemu-img check $1", qcow2.string)
            #expect(check.contains("No errors were found on the image."))
            #expect(!check.contains("leaked"))
            try shell("qemu-img compare -f raw -F qcow2 $1 $2", raw.string, qcow2.string)
        }
    }

    @Test func `a written image can be changed and stays whole`() throws {
        try SampleTree.withFolder { folder in
            let raw = folder.appending("raw")
            let qcow2 = folder.appending("qcow2")
            try shell("seq 3000000 > $1; truncate -s 40M $1", raw.string)
            try convert(raw, to: qcow2)
            let changes = "write -P 7 100k 300k"
            try shell(
                "qemu-io -c '\(changes)' $2; qemu-io -f raw -c '\(changes)' $1; qemu-img check $2",
                raw.string, qcow2.string)
            try shell("qemu-img resize -q $1 80M; qemu-img check $1", qcow2.string)
            try shell("qemu-img compare -f raw -F qcow2 $1 $2", raw.string, qcow2.string)
        }
    }

    @Test func `a full disk is an error with the system's text`() throws {
        try SampleTree.withFolder { folder in
            let raw = folder.appending("raw")
            try shell("seq 30000 > $1", raw.string)
            let source = try FileDescriptor.open(raw, .readOnly)
            let full = try FileDescriptor.open("/dev/full", .writeOnly)
            try source.closeAfter {
                try full.closeAfter { () throws -> Void in
                    _ = #expect(throws: Errno.noSpace) {
                        try Qcow2Writer.convert(source, size: ByteCount(168_894), to: full)
                    }
                }
            }
        }
    }
}
