// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Ramdisk
import SystemPackage
import TestSupport
import Testing

/// Paths of a tree, looked up as if it were the root.
struct TreeLookupTests {
    private static let script = """
        mkdir -p usr/bin usr/lib a/b; ln -s usr/bin bin; ln -s usr/lib lib; touch usr/bin/busybox
        ln -s busybox usr/bin/sh; ln -s /usr/bin/sh a/b/shell; ln -s ../../../../../../usr a/up
        ln -s loop2 loop1; ln -s loop1 loop2; ln -s /nowhere broken
        """

    private static let rows: [(String, String?, [String])] = [
        ("/bin/sh", "/usr/bin/busybox", ["/bin", "/usr/bin/sh"]),
        ("bin/../bin/./busybox", "/usr/bin/busybox", ["/bin"]),
        ("/a/b/shell", "/usr/bin/busybox", ["/a/b/shell", "/usr/bin/sh"]),
        ("/a/up/bin/busybox", "/usr/bin/busybox", ["/a/up"]),
        ("/loop1", nil, []), ("/broken", nil, []), ("/usr/bin/sh/x", nil, []), ("/none", nil, []),
        ("/", "", []),
    ]

    @Test(arguments: rows)
    func `links are followed inside the tree`(
        path: String, real: String?, links: [String]
    ) throws {
        try TemporaryFolder.with { folder in
            var command = Command("/bin/sh", ["-ec", Self.script])
            command.workingDirectory = folder
            try command.checkedOutput()
            let found = TreeLookup(tree: folder).find(path)
            #expect(found?.path == real)
            #expect(found?.links ?? [] == links)
        }
    }

    @Test(arguments: [
        ("6.1.9", "6.1.10", true), ("6.1.10", "6.1.9", false),
        ("6.1.0-40-amd64", "6.1.0-41-amd64", true),
        ("6.1.0-9-amd64", "6.1.0-41-amd64", true), ("6.1", "6.1.1", true), ("6.1", "6.1", false),
        ("5.14.0-70.el9", "6.0.1-1.el9", true),
    ])
    func `versions of kernels are compared number by number`(
        left: String, right: String, isOlder: Bool
    ) {
        #expect(KernelVersion.isOlder(left, right) == isOlder)
    }
}
