// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Planning

/// `dibhost ramdisk`: makes a kernel and an initramfs of elements, and no image.
struct Ramdisk: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a deploy ramdisk, NAME.kernel and NAME.initramfs, and no image.",
        discussion: """
            The same as 'dibhost build --ramdisk', without a disk image. Archives of the tree (-t tar) are written when \
            they are asked for.
            """)

    @OptionGroup var options: BuildOptions

    @Option(
        name: .long, help: "Also write the build's events to FILE, one JSON object a line.",
        completion: .file())
    var events: String?

    func run() throws {
        var options = options
        options.ramdisk.isWanted = true
        let plan = try options.plan { $0.ramdisk?.isAlone = true }
        try Build.run(plan, events: events)
    }
}
