// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A machine under QEMU, from power on to power off.
///
/// The kernel ends it with the thread that started it.
final class VirtualMachine {
    /// What one machine is made of.
    struct Parts {
        var disk: FilePath
        var bus: VerifyOptions.DiskBus
        /// The machine's own number, in the form of a UUID; EC2 wants one that begins with "ec2".
        var identity: String
        /// The address that the machine gets by DHCP.
        var address: String
        /// The drive with the metadata.
        var drive: FilePath?
        /// The folder with the metadata service's answers.
        var answers: FilePath?
        /// How many seconds the service takes for an answer.
        var delay = 0
    }

    /// The address of the machine's only adapter.
    static let adapter = "52:54:00:12:34:56"

    /// The port of 127.0.0.1 that leads to the machine's sshd.
    let port: UInt16
    /// When it was switched on.
    let start = ContinuousClock.now
    private let console: FilePath
    private let errors: FilePath
    private var child: ChildProcess?

    init(_ parts: Parts, _ options: VerifyOptions, folder: FilePath) throws {
        port = try FreePort.find()
        console = folder.appending("console.log")
        errors = folder.appending("qemu.log")
        var qemu = Command(
            "qemu-system-x86_64",
            try Self.arguments(parts, options, port: port, console: console, folder: folder))
        qemu.diesWithCaller = true
        let log = try FileDescriptor.open(
            errors, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite])
        defer { try? log.close() }
        child = try qemu.start(output: log, error: log)
    }

    /// Whether it was switched off, or QEMU has ended for another reason.
    var hasEnded: Bool {
        guard let descriptor = child?.processDescriptor else { return true }
        var ended = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&ended, 1, 0) > 0
    }

    /// Waits until it has switched itself off; after the deadline it is cut off.
    ///
    /// - Returns: Whether it did so by itself.
    func waitForEnd(_ deadline: Duration) -> Bool {
        guard let descriptor = child?.processDescriptor else { return true }
        var ended = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(deadline.components.seconds * 1000)
        let isOff = poll(&ended, 1, milliseconds) > 0
        cutOff()
        return isOff
    }

    /// Takes the power away.
    func cutOff() {
        child?.signal(SIGKILL)
        child = nil
    }

    /// The last lines of the console, and of what QEMU said.
    var lastLines: String {
        [errors, console].compactMap { try? FileDescriptor.contents(of: $0) }
            .flatMap {
                String(decoding: $0.suffix(8000), as: UTF8.self).split(whereSeparator: \.isNewline)
            }
            .suffix(30).joined(separator: "\n")
    }

    private static func arguments(
        _ parts: Parts, _ options: VerifyOptions, port: UInt16, console: FilePath, folder: FilePath
    ) throws -> [String] {
        let memory = "\(options.memory.bytes >> 20)"
        var arguments =
            try firmware(options, folder) + [
                "-accel", options.accelerator.rawValue, "-cpu",
                options.processor,
                "-m", memory, "-smp", "\(options.processors)", "-nodefaults", "-no-user-config",
                "-display", "none",
                "-monitor", "none", "-serial", "file:\(escaped(console.string))",
                "-device", "virtio-rng-pci",
                "-drive",
                // Nothing that the machine writes outlives it, so nothing needs to be on the disk before it goes on.
                "file=\(escaped(parts.disk.string)),format=qcow2,if=none,id=disk,discard=unmap,cache=unsafe",
            ] + bus(parts.bus)
        arguments += [
            "-smbios",
            "type=1,serial=\(parts.identity),uuid=\(parts.identity),\(product(options.kind))",
        ]
        arguments += [
            "-netdev", network(parts, options, port), "-device",
            "virtio-net-pci,netdev=net,mac=\(adapter),romfile=",
        ]
        if let drive = parts.drive {
            arguments += [
                "-drive",
                "file=\(escaped(drive.string)),format=raw,if=none,id=metadata,readonly=on",
                "-device", "virtio-blk-pci,drive=metadata",
            ]
        }
        return arguments
    }

    private static func firmware(_ options: VerifyOptions, _ folder: FilePath) throws -> [String] {
        guard options.firmware == .uefi else { return ["-machine", "q35"] }
        let variables = folder.appending("variables.fd")
        try Command("install", ["-m", "0600", "/usr/share/OVMF/OVMF_VARS_4M.fd", variables.string])
            .checkedOutput()
        return [
            "-machine", "q35",
            "-drive",
            "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
            "-drive", "if=pflash,format=raw,unit=1,file=\(escaped(variables.string))",
        ]
    }

    private static func bus(_ bus: VerifyOptions.DiskBus) -> [String] {
        switch bus {
        case .virtio: ["-device", "virtio-blk-pci,drive=disk,bootindex=1"]
        case .scsi: ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk,bootindex=1"]
        case .nvme: ["-device", "nvme,drive=disk,serial=verify,bootindex=1"]
        case .sata: ["-device", "ide-hd,drive=disk,bootindex=1"]
        }
    }

    /// What the machine says of its maker, by which cloud-init knows a cloud.
    private static func product(_ kind: MetadataKind) -> String {
        switch kind {
        case .ec2: "manufacturer=Amazon EC2,product=t3.small"
        case .openstack, .configdrive: "manufacturer=OpenStack Foundation,product=OpenStack Nova"
        case .nocloud: "manufacturer=QEMU,product=Standard PC"
        }
    }

    /// A network of the machine's own, without a way out; QEMU takes 169.254.169.254 into it where there is a service.
    private static func network(_ parts: Parts, _ options: VerifyOptions, _ port: UInt16) -> String
    {
        let text =
            "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:\(port)-:22,dhcpstart=\(parts.address)"
        guard !options.kind.isDrive else { return text + ",net=10.0.2.0/24" }
        let network = text + ",net=169.254.0.0/16,host=169.254.0.2"
        guard let answers = parts.answers else { return network }
        var words = [options.program.string, "metadata-service"]
        if options.kind == .ec2 { words.append("--token") }
        if parts.delay > 0 { words.append("--delay=\(parts.delay)") }
        words.append(answers.string)
        // QEMU takes the command apart as a shell would.
        let command = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(
            separator: " ")
        return network + ",guestfwd=tcp:169.254.169.254:80-cmd:" + escaped(command)
    }

    /// In an option of QEMU's a comma is written twice.
    private static func escaped(_ text: String) -> String { text.replacing(",", with: ",,") }
}
