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

    private static let made = Result {
        try RunFolder.made("test-debian", by: make).appending("tree")
    }

    /// Adds the packages to the tree of the shared image, and takes away what neither they nor a Debian without
    /// anything need.
    private static func make(in folder: FilePath) throws {
        let build = try TestBuild(in: folder)
        let packages = try Self.packages()
        try build.addElement(
            "nothing-else",
            [
                "post-install.d/90-nothing-else": """
                apt-mark auto $(apt-mark showmanual) >/dev/null
                apt-mark manual \(packages.joined(separator: " ")) >/dev/null
                install-packages \(fixturePackages.joined(separator: " "))
                apt-get -oAPT::AutoRemove::RecommendsImportant=false \\
                    -oAPT::AutoRemove::SuggestsImportant=false --purge autoremove
                # The kernel's package is one that apt never removes by itself.
                rm -rf /boot/* /lib/modules/*
                """
            ])
        try build.debianCommand(
            ["nothing-else"], formats: "tar",
            options: ["-n", "-p", packages.joined(separator: ","), "--set", "debian.dhcp=false"]
        ).checkedOutput(limits: .init(deadline: .seconds(300)))
        let tree = folder.appending("tree")
        let image = build.output.appending("image.tar")
        try Command("mkdir", ["-p", tree.string + InstalledTree.prefix.string]).checkedOutput()
        try Command(
            "tar", ["--extract", "--file", image.string, "--directory", tree.string]
        ).checkedOutput()
        try Command("rm", ["--", image.string]).checkedOutput()
    }
}
