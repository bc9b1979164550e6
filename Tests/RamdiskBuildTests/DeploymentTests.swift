// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Machines that start with the ramdisk, each with a network and disks of its own: what they write, refuse and report.
///
/// The cases are functions of the program `deployments`, which boots each machine and looks at its disks.
struct DeploymentTests {
    private static let names: [String] = {
        let output = try? Command(
            "/usr/bin/python3", [SharedRamdisk.deployments.string, "list"]
        ).checkedOutput()
        return (output ?? "").split(separator: "\n").map(String.init).filter { $0 != "debian" }
    }()

    /// What runs in every run, beside the Debian; the others only with DIBHOST_ALL_DEPLOYMENTS, which `make test-all` sets.
    private static let always: Set = [
        "raw_virtio_plain", "zst_nvme_whole", "raw_raid_plain",
        "raw_virtio_dracut", "wrong_digest_raw", "half_raw", "disk_too_small", "two_candidates",
        "no_disk", "no_network", "wrong_mac", "http_without_digest",
        "state_kept_and_grown", "troubleshoot", "iscsi",
    ]
    private static let wanted =
        ProcessEnvironment["DIBHOST_ALL_DEPLOYMENTS"] == nil
        ? names.filter(always.contains) : names

    @Test
    func `there are cases`() {
        #expect(Self.names.count > 55)
        #expect(Self.always.isSubset(of: Self.names))
    }

    @Test(arguments: wanted)
    func `a machine with the ramdisk does what it should`(name: String) throws {
        try Self.run(name)
    }

    @Test
    func `a Debian is deployed, and boots with the adapters' drivers and verbs`() throws {
        try Self.run("debian")
        let folder = try SharedRamdisk.shared().folder
        var options = GuestOptions(disk: folder.appending("deployed.raw"))
        options.arguments = ["-smp", "2"]
        try BootHarness.boot(options) { guest in
            try guest.logIn()
            for (command, expected) in Self.checks {
                let (output, status) = try guest.run(command)
                #expect(output.contains(expected), "\(command): \(output)")
                #expect(status == 0, "\(command): \(output)")
            }
        }
    }

    /// Commands in the deployed Debian, and what they print.
    private static let checks: [(command: String, expected: String)] = [
        ("findmnt -n -o LABEL /", "cloudimg-rootfs"),
        ("cat /etc/modules-load.d/mellanox.conf", "mlx5_ib"),
        ("udevadm test -a add /sys/class/net/lo 2>&1 | grep -c mellanox.rules", "1"),
        (
            "(set -e; for m in $(cat /etc/modules-load.d/mellanox.conf); do modprobe -n $m; done; echo all)",
            "all"
        ),
        ("lsmod | grep -c -E '^(mlx4_ib|mlx5_ib|ib_ipoib|ib_umad|ib_uverbs) '", "5"),
        (
            "lsinitramfs /initrd.img 2>/dev/null | grep -c mlx5_core || lsinitramfs /boot/initrd.img-* | grep -c mlx5_core",
            "1"
        ),
        (
            "modprobe rdma_rxe; rdma link add rxe0 type rxe netdev $(ls /sys/class/net | grep -v lo | head -n 1); ibv_devices",
            "rxe0"
        ),
        ("ibv_devinfo -d rxe0", "PORT_"),
    ]

    private static func run(_ name: String) throws {
        let folder = try SharedRamdisk.shared().folder
        let slot = try GuestSlot()
        let command = Command(
            "/usr/bin/python3", [deploymentsPath, "run", folder.string, name])
        let captured = try command.capture(limits: .init(deadline: .seconds(600)))
        if !captured.status.isSuccess {
            Issue.record("\(name): \(captured.errorLines.joined(separator: "\n"))")
        }
        extendLifetime(slot)
    }

    private static let deploymentsPath = SharedRamdisk.deployments.string
    private static func extendLifetime(_ slot: borrowing GuestSlot) {}
}
