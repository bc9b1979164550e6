// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

struct FolderListingTests {
    @Test func entriesAreSortedAndFollowLinks() throws {
        try TemporaryFolder.with("listing") { folder in
            let make = """
                mkdir sub; touch b a; chmod +x a; ln -s a link; ln -s nowhere dangling; mkfifo pipe
                """
            var shell = Command("sh", ["-c", make])
            shell.workingDirectory = folder
            try shell.checkedOutput()
            let entries = try FolderListing.entries(of: folder)
            #expect(entries.map(\.name) == ["a", "b", "dangling", "link", "pipe", "sub"])
            #expect(entries.map(\.kind) == [.file, .file, .other, .file, .other, .folder])
            #expect(entries.filter(\.isExecutable).map(\.name) == ["a", "link", "sub"])
            #expect(entries.filter(\.isSymbolicLink).map(\.name) == ["dangling", "link"])
        }
    }

    @Test func aMissingFolderIsAnError() {
        #expect(throws: Errno.noSuchFileOrDirectory) {
            try FolderListing.entries(of: "/nonexistent-folder")
        }
    }
}
