// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// A small root file system of one test's own.
package enum ScratchTree {
    /// The accounts of the tree.
    private static let accounts = """
        root:x:0:0:root:/root:/bin/sh
        stack:x:1000:1001:Stack:/home/stack:/bin/sh

        """

    /// Hands a tree to `body` that holds /etc/passwd, /etc/group, /root, /tmp and copies of the
    /// build host's `programs` with the libraries that they need.
    package static func with<Result>(
        programs: [String] = ["sh", "sleep", "setsid", "cat", "env"],
        function: String = #function, file: String = #fileID,
        _ body: (FilePath) throws -> Result
    ) throws -> Result {
        try TemporaryFolder.with("tree", function: function, file: file) { folder in
            let tree = folder.appending("tree")
            try TextFile.write(accounts, to: tree.appending("etc/passwd"))
            try TextFile.write("root:x:0:\nstack:x:1001:\n", to: tree.appending("etc/group"))
            try Command("sh", ["-c", script, "sh", tree.string] + programs).checkedOutput()
            return try body(tree)
        }
    }

    /// Copies each program, as it is found in PATH, to /bin of the tree, and its libraries to where
    /// they are.
    private static let script = """
        set -eu
        tree=$1; shift
        mkdir -p "$tree/bin" "$tree/dev" "$tree/usr/lib"
        mkdir -m 0700 "$tree/root"
        mkdir -m 1777 "$tree/tmp"
        : > "$tree/dev/null"
        for program; do
            file=$(command -v "$program")
            cp -L "$file" "$tree/bin/"
            ldd "$file" | sed -n 's/.*[[:space:]]\\(\\/[^ ]*\\) (0x.*/\\1/p' | while read -r library; do
                mkdir -p "$tree${library%/*}"
                cp -nL "$library" "$tree$library"
            done
        done
        """
}
