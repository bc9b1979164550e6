// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Test
private func aFoldersDigestFollowsNamesModesContentsAndLinksOnly() throws {
    try TemporaryFolder.with("digest") { folder in
        func digest(after line: String) throws -> String {
            let script = """
                set -e; rm -rf "$1/a b" "$1/other"; mkdir -p "$1/a b/install.d"; cd "$1/a b"
                echo x >install.d/50-x; ln -s 50-x install.d/60-y; echo o >../other
                touch "$(printf 'not-utf-8-\\377')"; ln -s ../other z; ln -s missing broken
                """
            try Command("bash", ["-c", script + "\n" + line, "bash", folder.string])
                .checkedOutput()
            let digests = try FileDigests.sha256(ofFolders: [folder.appending("a b")])
            return try #require(digests.first)
        }
        let first = try digest(after: "")
        #expect(first.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil)
        #expect(try digest(after: "touch -d @1 install.d/50-x; chown 1:1 install.d") == first)
        let others = try [
            "echo y >install.d/50-x", "chmod +x install.d/50-x", "mv install.d/50-x install.d/51-x",
            "ln -sf 51-x install.d/60-y", "echo p >../other", "mkdir new", "touch .hidden",
        ].map(digest)
        #expect(Set(others + [first]).count == others.count + 1)
    }
}
