// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Planning

/// `disk-image-create`: a build with the arguments, variables and statuses of the original's program.
struct DiskImageCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OriginalProgram.diskImageCreate.rawValue,
        abstract: "Build an image from elements, as the original's program of this name does.",
        discussion: """
            The options of the original may be abbreviated; those that it does not have are dibhost's own and must be \
            spelled out. Shell elements are preferred to native ones of their name. The folders of ELEMENTS_PATH come \
            before dibhost's own elements.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: BuildOptions

    func run() throws { try OriginalBuild(.diskImageCreate, options).run() }
}

/// `ramdisk-image-create`: the same for a ramdisk.
struct RamdiskImageCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OriginalProgram.ramdiskImageCreate.rawValue,
        abstract:
            "Build a kernel and a ramdisk from elements, as the original's program of this name does.",
        discussion: """
            The element that --ramdisk-element names (ramdisk) makes NAME.kernel and NAME.initramfs; there is no image. \
            For everything else see disk-image-create(1).
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: BuildOptions

    func run() throws { try OriginalBuild(.ramdiskImageCreate, options).run() }
}
