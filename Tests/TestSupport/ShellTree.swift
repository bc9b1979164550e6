// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// A file tree that is just large enough to run bash scripts in: programs of this machine and their libraries.
package enum ShellTree {
    private static let programs = [
        "bash", "sh", "cat", "env", "find", "grep", "ls", "mkdir", "rm", "sleep", "sort", "touch",
    ]

    /// Fills the new folder `tree`.
    package static func make(_ tree: FilePath) throws {
        let script = """
            set -eu
            tree=$1; shift
            mkdir -p "$tree"/{tmp,root,etc,dev,proc,sys,run,usr/bin,usr/lib,usr/lib64,var/log}
            chmod 1777 "$tree/tmp"
            ln -s usr/bin "$tree/bin"; ln -s usr/lib "$tree/lib"; ln -s usr/lib64 "$tree/lib64"
            for name; do
                program=$(command -v "$name")
                cp -L "$program" "$tree/usr/bin/$name"
                for library in $(ldd "$program" | grep -o '/[^ ]*'); do
                    cp -Ln --parents "$library" "$tree"
                done
            done
            """
        try Command("bash", ["-c", script, "bash", tree.string] + programs).checkedOutput()
    }
}
