// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// A build of debian or ubuntu from a small archive on the loopback interface.
struct DebianFamilyBuild {
    let distribution: String
    let release: String
    let build: TestBuild
    let archive: FakeArchive
    var requests: FilePath { build.folder.appending("requests") }
    var tar: FilePath { build.output.appending("image.tar") }

    init(_ distribution: String, release: String, in folder: FilePath) throws {
        self.distribution = distribution
        self.release = release
        build = try TestBuild(in: folder)
        var plan = build.command(
            [distribution], formats: "tar",
            options: ["-n", "--json", "--set", "\(distribution).release=\(release)"])
        plan.arguments[0] = "plan"
        let json = folder.appending("plan.json")
        try TextFile.write(try plan.checkedOutput(), to: json)
        let packages = try Command("jq", ["--raw-output", ".packages[]", json.string])
            .checkedOutput().split(separator: "\n").map(String.init)
        let place = folder.appending("archive")
        try Command("mkdir", [place.string]).checkedOutput()
        archive = try FakeArchive(
            in: place, of: distribution, release: release,
            packages: packages.filter { $0 != "busybox" })
    }

    /// The build's command, to which the archive's server is up.
    func command(_ settings: [String: String] = [:], options: [String] = []) -> Command {
        let address = ImageServer.address
        let own = [
            "release": release, "mirror": address, "security-mirror": address,
            "keyring": archive.keyring.string, "retries": "1",
            "image-mirror": "http://mirror.example.org/\(distribution)",
        ].merging(settings) { $1 }
        let set = own.sorted { $0.key < $1.key }.flatMap {
            ["--set", "\(distribution).\($0.key)=\($0.value)"]
        }
        let command = build.command(
            [distribution], formats: "tar", options: ["-n"] + options + set)
        return ImageServer.plain.serving(archive.served, log: requests, to: command)
    }

    /// The text of a file in the output.
    func file(_ path: String) throws -> String {
        try Command("tar", ["-xOf", tar.string, "./" + path]).checkedOutput()
    }

    /// Unpacks the output, takes out the package that stands for all others, and adds what an image of a disk has.
    func makeOldTree() throws -> FilePath {
        let tree = build.folder.appending("old")
        let script = """
            mkdir "$1"
            tar --extract --file "$2" -C "$1"
            cd "$1"
            rm usr/share/others var/lib/dpkg/info/all-others.*
            sed -i '/^Package: all-others$/,/^$/d' var/lib/dpkg/status
            mkdir -p boot/efi/EFI boot/grub/x86_64-efi etc/cloud
            echo old | tee boot/efi/EFI/shim boot/grub/grub.cfg etc/ssh/ssh_host_rsa_key \\
                etc/apt/sources.list >usr/share/old
            echo 'deb [trusted=yes] http://127.0.0.1:9/ x main' >"etc/apt/sources.list.d/$3.list"
            mv "etc/apt/sources.list.d/$3.list" etc/apt/sources.list
            echo 0123456789abcdef0123456789abcdef >etc/machine-id
            echo 'LABEL=cloudimg-rootfs / ext4 rw 0 1' >etc/fstab
            """
        try Command("bash", ["-ec", script, "bash", tree.string, tar.string, distribution])
            .checkedOutput()
        return tree
    }
}
