// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import LinuxSystem
import SystemPackage
import Testing

@Test func loopDeviceShowsItsByteRangeAndIsFreedWhenClosed() throws {
    let image = FilePath(NSTemporaryDirectory()).appending("loop-\(UUID().uuidString).raw")
    let block = Data(repeating: 65, count: 4096) + Data(repeating: 66, count: 4096)
    try block.write(to: URL(filePath: image.string))
    defer { try? FileManager.default.removeItem(atPath: image.string) }

    let device = try LoopDevice(
        image: image, offset: .kibibytes(4), length: .kibibytes(4))
    let path = device.path
    let size = try Command("blockdev", ["--getsize64", path.string]).checkedOutput()
    #expect(size == "4096\n")
    #expect(try Command("head", ["-c", "1", path.string]).checkedOutput() == "B")
    try device.close()
    let attached = try Command("losetup", ["--list", "--output", "BACK-FILE", "--noheadings"])
        .checkedOutput()
    #expect(!attached.contains(image.string))
}
