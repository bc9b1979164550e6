// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Images of Debian that are built by the original's elements alone, under the name of its program.
///
/// One after the other: each tree takes more than a GiB of memory.
@Suite(.serialized) struct OriginalElementsTests {
    /// Elements that serve any distribution; `base` and what these need come in beside them.
    static let neutral = [
        "vm", "cache-url", "cloud-init", "cloud-init-datasources", "cloud-init-disable-resizefs",
        "cloud-init-nocloud", "devuser", "dhcp-all-interfaces", "dib-init-system",
        "disable-nouveau", "dynamic-login", "element-manifest", "enable-serial-console",
        "ensure-venv", "growroot", "growvols", "install-bin", "install-static", "install-types",
        "journal-to-console", "local-config", "manifests", "modprobe", "openssh-server",
        "package-installs", "pkg-map", "runtime-ssh-host-keys", "source-repositories", "svc-map",
        "sysctl", "sysprep",
    ]

    /// Builds in a new folder, whose name without ending `body` gets: NAME.qcow2 and so on.
    private func build(
        _ arguments: String, environment: [String: String] = [:],
        _ body: (Command.Captured, FilePath) throws -> Void
    ) throws {
        try TemporaryFolder.with("bootstrap-original") { folder in
            let original = try OriginalBuild(in: folder)
            let run = try original.run(
                "disk-image-create", "-o image " + arguments,
                environment: try OriginalElements.environment().merging(environment) { $1 },
                deadline: .seconds(900))
            #expect(run.status == .exited(0), "\(run.errorLines)\n\(run.output.suffix(4000))")
            try #require(run.status == .exited(0))
            try body(run, folder.appending("image"))
            #expect(try original.build.leftovers() == [])
        }
    }

    @Test func aDebianWithManyElementsBootsFromItsDisk() throws {
        let environment = [
            "DIB_CLOUD_INIT_DATASOURCES": "NoCloud", "DIB_DEV_USER_USERNAME": "builder",
            "DIB_DEV_USER_PWDLESS_SUDO": "yes",
        ]
        let elements = Self.neutral.joined(separator: " ")
        try build("debian-minimal \(elements)", environment: environment) { run, image in
            let disk = FilePath(image.string + ".qcow2")
            #expect(run.output.contains("| Build completed successfully\n"))
            let beside = FilePath(image.string + ".d/dib-manifests/dib-element-manifest")
            let built = Set(try TextFile.read(beside).split(separator: "\n").map(String.init))
            #expect(built.isSuperset(of: Self.neutral))
            try BootHarness.boot(GuestOptions(disk: disk)) { guest in
                try guest.logIn()
                // The element journal-to-console and cloud-init write among the output of commands.
                _ = try guest.run(
                    "timeout 300 systemctl is-system-running --wait; mkdir -p /run/systemd/journald.conf.d; "
                        + "printf '[Journal]\\nForwardToConsole=no\\n' >/run/systemd/journald.conf.d/quiet.conf; "
                        + "systemctl restart systemd-journald")
                let root = try guest.run("findmnt --noheadings --output LABEL,FSTYPE /")
                #expect(
                    root.output.split(separator: " ") == ["cloudimg-rootfs", "ext4"], "\(root)")
                let shown = try guest.run(
                    "id -un builder; cat /etc/dib-manifests/dib-element-manifest | wc -l; "
                        + "test -x /usr/local/sbin/growroot; echo $?; systemctl is-enabled growroot"
                )
                #expect(
                    shown.output.split(separator: "\n") == [
                        "builder", "\(built.count)", "0", "enabled",
                    ])
            }
        }
    }

    /// One build, as bootstrapping takes most of the time: ramdisk makes its files beside any image.
    @Test func debianIsARawImageAndTheRamdiskStartsItsInit() throws {
        try build("-n -t raw debian ramdisk") { _, image in
            let raw = image.string + ".raw"
            try Command("e2fsck", ["-fn", raw]).checkedOutput()
            let link = try Command("debugfs", ["-R", "stat /vmlinuz", raw]).checkedOutput()
            #expect(link.contains("Type: symlink") && link.contains("boot/vmlinuz-"))
            let status = try Command("debugfs", ["-R", "cat /var/lib/dpkg/status", raw])
                .checkedOutput()
            #expect(status.contains("\nPackage: cloud-init\n"))
            try expectInit(of: image, first: "Using new-style udevd setup")
        }
    }

    /// The kernel and the initramfs beside `image` start, and /init says `text`.
    private func expectInit(of image: FilePath, first text: String) throws {
        let disk = FilePath(image.string + ".empty.raw")
        try Command("truncate", ["--size", "1M", disk.string]).checkedOutput()
        var options = GuestOptions(disk: disk)
        options.addsTester = false
        options.memoryMebibytes = 2048
        options.arguments = [
            "-kernel", image.string + ".kernel", "-initrd", image.string + ".initramfs",
            "-append", "console=ttyS0",
        ]
        try BootHarness.boot(options) { guest in _ = try guest.waitFor(text) }
    }
}
