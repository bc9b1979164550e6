// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import LinuxSystem
package import SystemPackage

/// A Debian without a toolchain that dibhost was installed into: the packages that the README names, and nothing else.
///
/// Programs run in a chroot on it, in mount and process namespaces of their own. The system and the installed tree are
/// read-only there; /srv is a folder of the test.
package struct PlainDebian {
    /// What the fixture element tiny-os copies into its tree.
    private static let fixturePackages = ["busybox-static"]

    private let system: FilePath
    private let mountPoint: FilePath
    /// The folder that is /srv inside.
    package let shared: FilePath

    /// Takes two new folders in `folder`.
    package init(in folder: FilePath) throws {
        system = try Self.made.get()
        mountPoint = folder.appending("root")
        shared = folder.appending("srv")
        for path in [mountPoint, shared] {
            try Command("mkdir", ["-p", "--", path.string]).checkedOutput()
        }
    }

    /// The packages of the README's line that begins with apt-get.
    package static func packages() throws -> [String] {
        let text = try TextFile.read(BuiltProducts.repository.appending("README.md"))
        let line = text.split(separator: "\n").first { $0.hasPrefix("apt-get install ") }
        let words = (line ?? "").split(separator: " ").dropFirst(2).map(String.init)
        return words.filter { !$0.hasPrefix("-") }
    }

    /// Runs a program inside, with the installed tree at `prefix`, and returns how it ended and all that it printed.
    package func run(
        _ program: String, _ arguments: [String], prefix: FilePath = InstalledTree.prefix
    ) throws -> (status: ExitStatus, output: String) {
        let installed = try InstalledTree.shared()
        let places = [system, mountPoint, shared, installed, prefix].map(\.string)
        let run = try Command(
            "unshare",
            ["--mount", "--pid", "--fork", "--kill-child", "bash", "-c", Self.script, "bash"]
                + places + [program] + arguments
        ).capture(limits: .init(deadline: .seconds(120)))
        return (run.status, run.output + run.errorLines.joined(separator: "\n"))
    }

    private static let script = """
        set -eu
        system=$1 root=$2 shared=$3 installed=$4 prefix=$5
        shift 5
        mount --bind -o ro "$system" "$root"
        mount --bind "$shared" "$root/srv"
        mkdir -p "$root$prefix"
        mount --bind -o ro "$installed" "$root$prefix"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs tmpfs "$root/root"
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mount --rbind /dev "$root/dev"
        cd "$root"
        exec chroot "$root" /usr/bin/env -i HOME=/root \\
            "PATH=$prefix/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@" 2>&1
        """

    /// It takes some ten seconds and the network, so it is kept as long as the README names the same packages.
    private static let made = Result { () throws -> FilePath in
        let tree = BuiltProducts.folder.appending("test-debian")
        let stamp = BuiltProducts.folder.appending("test-debian.packages")
        let packages = try Self.packages() + fixturePackages
        let lock = try FileDescriptor.open(
            BuiltProducts.folder.appending("test-debian.lock"), .readWrite,
            options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        defer { try? lock.close() }
        guard flock(lock.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
        let names = packages.joined(separator: ",")
        if let known = try? TextFile.read(stamp), known == names { return tree }
        try Command("rm", ["-rf", "--one-file-system", "--", tree.string, stamp.string])
            .checkedOutput()
        try Command(
            "mmdebstrap",
            [
                "--quiet", "--variant=essential", "--format=directory", "--include=\(names)",
                "--dpkgopt=path-exclude=/usr/share/doc/*",
                "--dpkgopt=path-exclude=/usr/share/man/*",
                "--customize-hook=mkdir \"$1\"\(InstalledTree.prefix)", "bookworm", tree.string,
            ]
        ).checkedOutput()
        try TextFile.write(names, to: stamp)
        return tree
    }
}
