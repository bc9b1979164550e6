// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// The machine that a disk image is booted on.
package struct GuestOptions: Sendable {
    /// What starts the boot loader.
    package enum Firmware: Sendable {
        case bios
        /// OVMF without keys: everything starts.
        case uefi
        /// OVMF with the keys that machines come with, and Secure Boot on.
        case secureBoot

        /// OVMF's code and variables in the package ovmf; nil for a BIOS.
        var files: (code: String, variables: String)? {
            let folder = "/usr/share/OVMF"
            return switch self {
            case .bios: nil
            case .uefi: ("\(folder)/OVMF_CODE_4M.fd", "\(folder)/OVMF_VARS_4M.fd")
            case .secureBoot: ("\(folder)/OVMF_CODE_4M.ms.fd", "\(folder)/OVMF_VARS_4M.ms.fd")
            }
        }
    }

    /// A further disk, which the guest finds as /dev/disk/by-id/virtio-SERIAL; what it writes there is lost.
    package struct Disk: Sendable {
        /// A raw image.
        package var image: FilePath
        /// At most 20 characters.
        package var serial: String
        /// The size of its blocks, in bytes.
        package var blockSize: Int

        package init(image: FilePath, serial: String, blockSize: Int = 512) {
            self.image = image
            self.serial = serial
            self.blockSize = blockSize
        }

        func arguments(_ number: Int) -> [String] {
            let sizes = "logical_block_size=\(blockSize),physical_block_size=\(blockSize)"
            return [
                "-drive", "file=\(image),format=raw,if=none,id=more\(number),snapshot=on",
                "-device", "virtio-blk-pci,drive=more\(number),serial=\(serial),\(sizes)",
            ]
        }
    }

    /// The image; its format is taken from its name's ending.
    package var disk: FilePath
    package var firmware = Firmware.bios
    package var memoryMebibytes = 1024
    /// QEMU's model of the processor.
    ///
    /// The oldest is emulated fastest: a Debian that finds vector units uses them, and booting takes a third more time.
    package var processor = "qemu64"
    /// Beside the one that it boots from.
    package var disks: [Disk] = []
    /// Whether what the guest writes stays in the image, for a second boot; such an image is the test's own.
    package var keepsChanges = false
    /// How long the guest may run, from the moment it is switched on.
    package var deadline: Duration = .seconds(420)
    /// Ports of the guest by the port of 127.0.0.1 that leads to them.
    package var forwardedPorts: [UInt16: UInt16] = [:]
    /// Whether the guest gets a user `tester` with root's rights and no password, without a change to the image.
    package var addsTester = true
    /// The size of the disk's blocks, in bytes.
    package var blockSize = 512
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
        var arguments =
            machine(folder: folder) + [
                "-accel", "tcg", "-cpu", processor, "-smp", "1",
                "-m", String(memoryMebibytes), "-nodefaults", "-no-user-config", "-display", "none",
                "-monitor", "none", "-serial", "stdio", "-device", "virtio-rng-pci",
                "-drive",
                "file=\(disk.string),format=\(disk.extension ?? "raw"),if=none,id=d0,\(caching)",
                "-device",
                "virtio-blk-pci,drive=d0,logical_block_size=\(blockSize),physical_block_size=\(blockSize)",
                "-netdev", network, "-device", "virtio-net-pci,netdev=n0,romfile=",
            ]
        arguments.append("-no-reboot")
        if addsTester {
            let name = "opt/io.systemd.credentials/tmpfiles.extra"
            arguments += ["-fw_cfg", "name=\(name),file=\(folder.appending("tester.conf"))"]
        }
        return arguments + disks.enumerated().flatMap { $1.arguments($0) } + self.arguments
    }

    /// A kept image is read by this machine alone, so nothing needs to be on its disk before the guest goes on.
    private var caching: String { keepsChanges ? "snapshot=off,cache=unsafe" : "snapshot=on" }

    /// The machine; UEFI's variables are a copy, which the guest may change.
    private func machine(folder: FilePath) -> [String] {
        guard let files = firmware.files else { return ["-machine", "pc"] }
        let variables = folder.appending("variables.fd")
        let flash = "if=pflash,format=raw,unit"
        // Variables are safe from the guest's kernel only when firmware alone can write them.
        let guarded = firmware == .secureBoot
        return [
            "-machine", guarded ? "q35,smm=on" : "q35",
            "-drive", "\(flash)=0,readonly=on,file=\(files.code)",
            "-drive", "\(flash)=1,file=\(variables)",
        ]
            + (guarded
                ? ["-global", "driver=cfi.pflash01,property=secure,value=on"] : [])
    }

    private var network: String {
        forwardedPorts.sorted { $0.key < $1.key }.reduce("user,id=n0,restrict=on") {
            $0 + ",hostfwd=tcp:127.0.0.1:\($1.key)-:\($1.value)"
        }
    }
}
