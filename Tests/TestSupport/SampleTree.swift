// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// A small tree with one of everything that archives and file systems must keep, and the words to compare trees with.
///
/// Made, and read back, by other programs than ours. Needs root: for device nodes, owners and capabilities.
package enum SampleTree {
    /// Fills the folder at `path`; `reversed` makes the same entries in the opposite order.
    package static func make(at path: FilePath, reversed: Bool = false) throws {
        var steps = [
            "mkdir -p etc/deep && chmod 750 etc/deep && chown 0:42 etc/deep",
            "mkdir -m 1777 tmp; mkdir dev proc sys; mkdir -m 700 root",
            "mkdir usr; printf 'hello\\n' > usr/file; chown 1000:1001 usr/file; chmod 640 usr/file",
            "mkdir h1 && printf 'one body\\n' > h1/a && ln h1/a h1/b && mkdir h2 && ln h1/a h2/c",
            "mkdir s && cp /bin/true s/su && chmod 6755 s/su && setcap cap_net_raw+ep s/su",
            "mkdir x && printf x > x/attr && setfattr -n user.note -v 'a=b c' x/attr"
                + " && setfattr -n user.binary -v 0x00ff0a3d x/attr",
            "mkdir acl && printf y > acl/f && setfacl -m u:1234:rw,g:77:r acl/f"
                + " && setfacl -d -m u:1234:rwx acl",
            "mkdir holes && truncate -s 9M holes/empty && truncate -s 5M holes/mixed"
                + " && printf start | dd of=holes/mixed conv=notrunc status=none"
                + " && printf middle | dd of=holes/mixed bs=1 seek=2097152 conv=notrunc status=none",
            "mkdir d && mknod d/null c 1 3 && mknod d/disk b 259 70000 && mkfifo d/fifo && chmod 600 d/fifo",
            "mkdir l && ln -s short l/short && ln -s $(printf 'p%.0s' {1..200}) l/long && ln -s /etc/x l/abs",
            "mkdir n && : > n/$(printf 'n%.0s' {1..255}) && : > 'n/ü ö日本' && : > $'n/\\xff\\xfe' && : > $'n/new\\nline'",
            "mkdir many && for i in $(seq 300); do : > many/file-with-some-name-$i; done",
            "p=path; for i in $(seq 12); do p=$p/a-folder-with-a-long-name-$i; done; mkdir -p $p && printf deep > $p/f",
            "mkdir big && head -c 3000000 /dev/zero | tr '\\0' 'b' > big/b",
        ]
        if reversed { steps.reverse() }
        let times = "find . -exec touch -h -d @1600000000.5 {} +; touch -d @1900000000 usr/file"
        let script = (["set -e", "umask 022", "mkdir -p \"$1\"", "cd \"$1\""] + steps + [times])
            .joined(separator: "\n")
        try Command("bash", ["-c", script, "bash", path.string]).checkedOutput()
    }

    /// Every entry with its kind, mode, owner, size, links, time in seconds, link target, device, attributes and bytes.
    package static func description(of path: FilePath, withTimes: Bool = true) throws -> String {
        let time = withTimes ? "%Ts" : "-"
        let script = """
            set -e
            cd "$1"
            export LC_ALL=C
            find . -mindepth 1 -path ./lost+found -prune -o ! -type s \
                -printf '%y %m %U:%G %n \(time) %p -> %l' \\( -type f -printf ' %s' -o -true \\) -printf '\\n' | sort
            find . ! -type s \\( -type c -o -type b \\) -exec stat -c '%n %t:%T' {} + | sort
            find . -type f -links +1 -printf '%i %p\\n' | sort -k2 | awk '{ if (!($1 in n)) n[$1] = ++k; print n[$1], $2 }'
            find . -mindepth 1 ! -path ./lost+found ! -type s ! -type l -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex --absolute-names
            find . -mindepth 1 ! -path ./lost+found ! -type l -print0 | sort -z | xargs -0 getfacl -n -p
            find . -type f -print0 | sort -z | xargs -0 sha256sum
            """
        return try Command("bash", ["-c", script, "bash", path.string]).checkedOutput()
    }

    /// Runs `body` with a fresh folder below the system's temporary folder and removes it.
    package static func withFolder<Result>(
        function: String = #function, file: String = #fileID, _ body: (FilePath) throws -> Result
    ) throws -> Result {
        let name = try Command("mktemp", ["-d", "-t", "dibhost-test.XXXXXXXX"]).checkedOutput()
        let folder = FilePath(String(name.dropLast()))
        let result = Swift.Result {
            try TestTimes.measured(function, file) { try body(folder) }
        }
        try Command("rm", ["-rf", "--one-file-system", folder.string]).checkedOutput()
        return try result.get()
    }
}
