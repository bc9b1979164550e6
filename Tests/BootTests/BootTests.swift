// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The image of `make image`, booted and read with other programs.
struct BootTests {
    @Test func theImageBootsAndHoldsWhatItsElementsPutThere() throws {
        let image = try SharedImage.shared()
        var options = GuestOptions(disk: image.qcow2)
        let port = try freePort()
        options.forwardedPorts = [port: 8000]
        try BootHarness.boot(options) { guest in
            try guest.logIn()
            try expectThatTheNetworkWorks(guest, port)
            let root = try guest.run(
                "findmnt --noheadings --output LABEL,FSTYPE,OPTIONS / | tr -s ' '")
            #expect(root.output.hasPrefix("cloudimg-rootfs ext4 rw,"), "\(root)")
            let commandLine = try guest.run("cat /proc/cmdline")
            #expect(commandLine.output.contains("root=LABEL=cloudimg-rootfs"), "\(commandLine)")
            try expectThatLocalConfigIsInPlace(guest, image)
            try expectThatTheShellElementIsInPlace(guest)
            let failed = try guest.run("systemctl --failed --no-legend --plain")
            #expect(failed.output.isEmpty, "units failed: \(failed.output)")
            let dpkg = try guest.run("dpkg --audit")
            #expect(dpkg.output.isEmpty && dpkg.status == 0, "\(dpkg)")
        }
    }

    /// A file that the guest serves reaches the build host: the image's own DHCP client has set up its network.
    private func expectThatTheNetworkWorks(_ guest: Guest, _ port: UInt16) throws {
        let online = try guest.run(
            "timeout 120 sh -c 'until ip -4 -o address show scope global | grep -q inet; "
                + "do sleep 1; done'; status=$?; ip address; (exit $status)")
        #expect(online.status == 0, "\(online)")
        let started = try guest.run(
            "mkdir /run/served; echo from the guest >/run/served/file; "
                + "python3 -m http.server --directory /run/served 8000 >/run/served.log 2>&1 & "
                + "timeout 120 sh -c 'until ss -ltn | grep -q :8000; do sleep 1; done'; "
                + "status=$?; cat /run/served.log; (exit $status)")
        #expect(started.status == 0, "\(started)")
        let fetch = """
            import urllib.request as r
            print(r.build_opener(r.ProxyHandler({})).open("http://127.0.0.1:\(port)/file", timeout=60)
                .read().decode(), end="")
            """
        let fetched = try Command("python3", ["-c", fetch]).capture()
        #expect(fetched.output == "from the guest\n", "\(fetched)")
        _ = try guest.run("kill $!; wait $! || :; rm -r /run/served")
    }

    /// A port of this machine that was free a moment ago.
    private func freePort() throws -> UInt16 {
        let script =
            "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); "
            + "print(s.getsockname()[1], end='')"
        let text = try Command("python3", ["-c", script]).checkedOutput()
        return try #require(UInt16(text))
    }

    private func expectThatLocalConfigIsInPlace(_ guest: Guest, _ image: SharedImage) throws {
        let keys = try guest.run("cat /root/.ssh/authorized_keys")
        #expect(keys.output == image.publicKey)
        let modes = try guest.run("stat -c '%U %a' /root/.ssh /root/.ssh/authorized_keys")
        #expect(modes.output == "root 700\nroot 600")
    }

    private func expectThatTheShellElementIsInPlace(_ guest: Guest) throws {
        let release = try guest.run(". /etc/image-release; echo $IMAGE_NAME $IMAGE_ELEMENTS")
        #expect(
            release.output == "image base block-device-mbr debian local-config motd-build-info vm")
        let packages = try guest.run(
            ". /etc/image-release; dpkg-query -W | wc -l; echo $IMAGE_PACKAGES")
        let counts = packages.output.split(separator: "\n")
        #expect(counts.count == 2 && counts[0] == counts[1], "\(packages)")
        let message = try guest.run("cat /etc/motd")
        #expect(message.output.hasPrefix("image, built 2"), "\(message)")
    }

    @Test func imageAndFileSystemHaveNoFaults() throws {
        let image = try SharedImage.shared()
        try Command("qemu-img", ["check", image.qcow2.string]).checkedOutput()
        try Command(
            "qemu-img",
            ["compare", "-f", "qcow2", "-F", "raw", image.qcow2.string, image.raw.string]
        ).checkedOutput()
        try TemporaryFolder.with("fsck", in: BuiltProducts.folder) { folder in
            let script = """
                start=$(sfdisk --dump "$1" | sed -n 's/.*start= *\\([0-9]*\\).*/\\1/p')
                dd if="$1" of=root.ext4 bs=512 skip="$start" conv=sparse status=none
                e2fsck -fn root.ext4
                test "$(e2label root.ext4)" = cloudimg-rootfs
                """
            var check = Command("sh", ["-euc", script, "sh", image.raw.string])
            check.workingDirectory = folder
            try check.checkedOutput()
        }
    }

    @Test func theTarIsReadBackWhole() throws {
        let image = try SharedImage.shared()
        try TemporaryFolder.with("tar", in: BuiltProducts.folder) { folder in
            try Command(
                "tar",
                [
                    "--extract", "--file", image.tar.string, "--directory", folder.string,
                    "--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner", "--same-owner",
                ]
            ).checkedOutput()
            let status = try Command(
                "chroot", [folder.string, "dpkg", "--verify", "--verify-format", "rpm"]
            ).capture()
            let missing = "\(status.output)\(status.errorLines)".split(separator: "\n")
                .filter { $0.contains("missing") }
            #expect(missing.isEmpty, "\(missing)")
            let nodes = try Command(
                "find", [folder.string, "-xdev", "(", "-type", "b", "-o", "-type", "c", ")"]
            ).checkedOutput().split(separator: "\n")
            #expect(nodes.count < 20, "device nodes of the build host: \(nodes)")
            let release = try TextFile.read(folder.appending("etc/image-release"))
            #expect(release.contains("IMAGE_NAME=\"image\""))
        }
    }

    @Test func theReportNamesEachArtifactWithItsDigest() throws {
        let image = try SharedImage.shared()
        for path in [image.qcow2, image.raw, image.tar] {
            let digest = try Command("sha256sum", [path.string]).checkedOutput().prefix(64)
            #expect(
                image.log.contains { $0.contains(path.string) && $0.contains(digest) },
                "no line with '\(path)' and \(digest)")
        }
    }
}
