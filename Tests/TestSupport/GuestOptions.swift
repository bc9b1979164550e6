// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// The machine that a disk image is booted on.
package struct GuestOptions: Sendable {
    /// The image; its format is taken from its name's ending.
    package var disk: FilePath
    package var memoryMebibytes = 1024
    /// Whether what the guest writes stays in the image, for a second boot; such an image is the test's own.
    package var keepsChanges = false
    /// How long the guest may run, from the moment it is switched on.
    package var deadline: Duration = .seconds(420)
    /// Ports of the guest by the port of 127.0.0.1 that leads to them.
    package var forwardedPorts: [UInt16: UInt16] = [:]
    /// Whether the guest gets a user `tester` with root's rights and no password, without a change to the image.
    package var addsTester = true
    /// More arguments for QEMU.
    package var arguments: [String] = []

    package init(disk: FilePath) { self.disk = disk }

    /// systemd appends these lines to the guest's account files when it boots: systemd.system-credentials(7).
    static let testerRules = [
        "w+ /etc/passwd - - - - tester::0:0::/root:/bin/bash\\n",
        "w+ /etc/shadow - - - - tester::20000:0:99999:7:::\\n",
    ].joined(separator: "\n")

    /// QEMU's arguments; the console is its standard input and output, `folder` holds its files.
    func qemuArguments(folder: FilePath) -> [String] {
        var arguments = [
            "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
            "-m", String(memoryMebibytes), "-nodefaults", "-no-user-config", "-display", "none",
            "-monitor", "none", "-no-reboot", "-serial", "stdio", "-device", "virtio-rng-pci",
            "-drive",
            "file=\(disk.string),format=\(disk.extension ?? "raw"),if=virtio,snapshot=\(keepsChanges ? "off" : "on")",
            "-netdev", network, "-device", "virtio-net-pci,netdev=n0",
        ]
        if addsTester {
            let name = "opt/io.systemd.credentials/tmpfiles.extra"
            arguments += ["-fw_cfg", "name=\(name),file=\(folder.appending("tester.conf"))"]
        }
        return arguments + self.arguments
    }

    private var network: String {
        forwardedPorts.sorted { $0.key < $1.key }.reduce("user,id=n0,restrict=on") {
            $0 + ",hostfwd=tcp:127.0.0.1:\($1.key)-:\($1.value)"
        }
    }
}
