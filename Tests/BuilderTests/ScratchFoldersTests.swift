// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Test
func onlyScratchFoldersWithoutAnOwnerAreRemoved() throws {
    try TemporaryFolder.with("scratch") { folder in
        let script = """
            mkdir -p dibhost-build.dead/tree/a dibhost-build.nolock dibhost-new.young dibhost-new.old other
            printf 'supervisor: 17\\noutput: %s/out/a.raw\\n' $PWD > dibhost-build.dead/lock; mkdir out
            touch out/.a.raw.dibhost-dead out/.a.raw.dibhost-alive out/a.raw; echo outside > other/file
            ln -s ../other dibhost-build.dead/tree/link; ln -s other dibhost-build.link
            touch -d '2 minutes ago' dibhost-new.old; echo x > dibhost-build.file
            """
        var shell = Command("sh", ["-euc", script])
        shell.workingDirectory = folder
        try shell.checkedOutput()
        let living = try LockedFolder.make(
            folder.appending("dibhost-build.alive"), by: folder.appending("dibhost-new.alive"),
            contents: "me")
        let findings = try ScratchFolders.collect(in: folder)
        let outcomes = Dictionary(
            uniqueKeysWithValues: findings.map {
                (FilePath($0.path).lastComponent?.string, $0.outcome)
            })
        #expect(
            outcomes == [
                "dibhost-build.alive": .inUse, "dibhost-build.dead": .removed,
                "dibhost-build.nolock": .removed, "dibhost-new.old": .removed,
                "dibhost-new.young": .inUse,
            ])
        #expect(findings.first { $0.owner != nil }?.owner?.supervisor == 17)
        #expect(
            try FolderListing.entries(of: folder.appending("out")).map(\.name)
                == [".a.raw.dibhost-alive", "a.raw"])
        #expect(
            try FolderListing.entries(of: folder).map(\.name) == [
                "dibhost-build.alive", "dibhost-build.file", "dibhost-build.link",
                "dibhost-new.young", "other", "out",
            ])
        #expect(try TextFile.read(folder.appending("other/file")) == "outside\n")
        withExtendedLifetime(living) {}
    }
}
