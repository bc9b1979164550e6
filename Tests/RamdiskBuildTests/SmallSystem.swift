// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// Kernel, modules, programs and libraries out of the shared image: a tree that is made in a second.
enum SmallSystem {
    private static let element = "small-system"

    /// A command that makes a ramdisk of the tree; DIB_WITHOUT names files that are taken out of it at the end.
    static func ramdisk(
        _ build: TestBuild, options: [String], environment: [String: String]
    ) throws -> Command {
        try build.addElement(
            element,
            [
                "element-provides": "operating-system\n",
                "root.d/10-small-system": """
                tar --extract --file "$SMALL_TAR" --directory "$TARGET_ROOT" --wildcards ./etc \\
                    ./bin ./sbin ./lib ./lib64 ./usr/bin ./usr/sbin ./usr/lib ./usr/lib64 './boot/vmlinuz-*'
                mkdir -p "$TARGET_ROOT"/{dev,etc,proc,run,sys,tmp,var/tmp}
                """,
                "cleanup.d/99-small-system": "cd \"$TARGET_ROOT\" && rm -f -- ${DIB_WITHOUT-}",
            ])
        let tar = try SharedRamdisk.shared().folder.appending("out/image.tar")
        var command = build.command(
            [element],
            options: ["-n", "--set", "deploy.minimal=true"] + options,
            environment: environment.merging(["SMALL_TAR": tar.string]) { $1 })
        command.arguments[0] = "ramdisk"
        return command
    }
}
