// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import Glibc
import LinuxSystem
import SystemPackage
import Verify

/// `dibhost verify`: boots an image as a cloud would, and looks whether it does what it should.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Boots an image with metadata of its own and checks what comes of them.",
        discussion: """
            Three boots under QEMU: one with a key, a name and a larger disk; the same machine with another key, name and \\
            address; and a second machine from the same image. The image is only read. No root is needed, and no network.

            The exit status is 0 when all checks passed, else 1.
            """)

    @Option(help: "How the machine gets its metadata: \(Self.names(MetadataKind.self)).")
    var metadata = "ec2"

    @Option(
        help: .init(
            "A JSON file with more metadata: instance-id, hostname, keys, meta, user-data, hand-over.",
            valueName: "FILE"), completion: .file())
    var metadataFile: String?

    @Option(help: .init("The user who gets the metadata's keys.", valueName: "NAME"))
    var user = "debian"

    @Option(help: "The machine's firmware: \(Self.names(VerifyOptions.Firmware.self)).")
    var firmware = "bios"

    @Option(help: "What the disk is attached to: \(Self.names(VerifyOptions.DiskBus.self)).")
    var diskBus = "virtio"

    @Option(
        help:
            "What runs the machine: \(Self.names(VerifyOptions.Accelerator.self)); tcg works everywhere."
    )
    var accelerator = "tcg"

    @Option(
        help: .init(
            "QEMU's model of the processor (default: with tcg Nehalem,vendor=AuthenticAMD, with kvm host).",
            valueName: "MODEL"))
    var cpu: String?

    @Option(help: "How many processors the machine has.")
    var cpus = 2

    @Option(help: .init("How much larger than the image the disk is.", valueName: "SIZE"))
    var growth = "2GiB"

    @Option(help: .init("The machine's memory.", valueName: "SIZE"))
    var memory = "1GiB"

    @Option(help: .init("Seconds that a boot may take until the login.", valueName: "SECONDS"))
    var deadline = 600

    @Option(
        name: .customLong("run"),
        help: .init(
            "A command for the user on the first boot, which must succeed (repeatable).",
            valueName: "COMMAND"))
    var commands: [String] = []

    @Option(
        help: .init(
            "One more boot in which something is wrong: \(Self.names(VerifyOptions.Fault.self)), or all (repeatable).",
            valueName: "FAULT"))
    var fault: [String] = []

    @Option(help: "How many machines run at a time: 1 or 2.")
    var jobs = 2

    @Flag(help: "Boot the image once only.")
    var once = false

    @Option(
        help: .init("The digest that the image must have, as sha256:...", valueName: "DIGEST"))
    var digest: String?

    @Option(help: "How the result is written: \(Self.names(Form.self)).")
    var format = "text"

    @Argument(help: "The disk image.", completion: .file())
    var image: String

    private enum Form: String, CaseIterable { case text, json, junit }

    func run() throws {
        let form = try Self.choice(format, "format", Form.self)
        let path = try existingImage()
        try checkTools()
        let found = try FileDigests.sha256(ofFile: path)
        if let digest, digest != found {
            throw BuildError(
                .refused, "'\(image)' has the digest \(found), not \(digest)",
                hint: "Give the image that was meant, or leave --digest out.")
        }
        let watch = try SignalWatch([SIGINT, SIGTERM, SIGHUP])
        let interrupt = watch.descriptor
        let scratch = FilePath(ProcessEnvironment.current["TMP_DIR"] ?? "/tmp")
        let report = try ScratchFolders.with(
            in: scratch, for: UserAccount.invoking(environment: ProcessEnvironment.current).name
        ) {
            folder in
            var options = try options(path, folder)
            options.interrupt = interrupt
            return try Verification(options).run(digest: found)
        }
        let text = VerifyText(report: report)
        switch form {
        case .text: Terminal.write(text.lines)
        case .json: Terminal.write(try JSONText.of(report))
        case .junit: Terminal.write(text.junit)
        }
        if report.failures > 0 { throw ExitCode(1) }
    }

    private func options(_ path: FilePath, _ folder: FilePath) throws -> VerifyOptions {
        var options = VerifyOptions(
            image: path, user: user, folder: folder,
            program: try BuildSession.Programs.installed().dibhost)
        options.kind = try Self.choice(metadata, "kind of metadata", MetadataKind.self)
        options.firmware = try Self.choice(firmware, "firmware", VerifyOptions.Firmware.self)
        options.bus = try Self.choice(diskBus, "bus", VerifyOptions.DiskBus.self)
        options.accelerator = try Self.choice(
            accelerator, "accelerator", VerifyOptions.Accelerator.self)
        options.processor = cpu ?? (options.accelerator == .kvm ? "host" : options.processor)
        guard (1...64).contains(cpus) else {
            throw BuildError(.refused, "--cpus is \(cpus)", hint: "Give 1 to 64.")
        }
        options.processors = cpus
        options.growth = try Self.size(growth, "--growth")
        options.memory = try Self.size(memory, "--memory")
        guard deadline > 0 else {
            throw BuildError(
                .refused, "--deadline is \(deadline) seconds", hint: "Give more than none.")
        }
        options.deadline = .seconds(deadline)
        guard (1...2).contains(jobs) else {
            throw BuildError(.refused, "--jobs is \(jobs)", hint: "Give 1 or 2.")
        }
        options.runsTwo = jobs > 1
        options.bootsAgain = !once
        options.commands = commands
        options.faults =
            fault == ["all"]
            ? VerifyOptions.Fault.allCases
            : try fault.map { try Self.choice($0, "fault", VerifyOptions.Fault.self) }
        if let metadataFile { options.metadata = try Self.metadata(in: metadataFile) }
        if options.faults.contains(.slowMetadata), ![.ec2, .openstack].contains(options.kind) {
            throw BuildError(
                .refused, "a drive with metadata is never slow: --fault slow-metadata",
                hint: "Give --metadata ec2 or openstack.")
        }
        return options
    }

    private func existingImage() throws -> FilePath {
        let file = FilePath(image)
        let status: Stat
        do throws(Errno) {
            status = try file.stat()
        } catch {
            throw BuildError(
                .refused, "cannot look at '\(image)'",
                hint: "Give the image of a disk that boots.", cause: error.description)
        }
        guard status.type == .regular else {
            throw BuildError(
                .refused, "'\(image)' is no file", hint: "Give the image of a disk that boots.")
        }
        return RealPath.of(file) ?? file
    }

    /// The programs and the packages that bring them.
    private func checkTools() throws {
        let tools = [
            ("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils"),
            ("ssh", "openssh-client"), ("ssh-keygen", "openssh-client"),
            ("mkfs.vfat", "dosfstools"), ("mcopy", "mtools"),
        ]
        let path = ProcessEnvironment["PATH"] ?? ""
        let missing = tools.filter { HostProgram.find($0.0, path: path) == nil }
        guard missing.isEmpty else {
            let packages = Set(missing.map(\.1)).sorted().joined(separator: " ")
            throw BuildError(
                .environment, "there is no '\(missing[0].0)', which verify needs",
                hint: "Run 'apt-get install \(packages)'.")
        }
        guard firmware != "uefi" || RealPath.of("/usr/share/OVMF/OVMF_CODE_4M.fd") != nil else {
            throw BuildError(
                .environment,
                "there is no firmware in /usr/share/OVMF, which --firmware uefi needs",
                hint: "Run 'apt-get install ovmf'.")
        }
    }

    private static func metadata(in path: String) throws -> MachineMetadata {
        do {
            return try MachineMetadata(json: try FileDescriptor.contents(of: FilePath(path)))
        } catch let error as Errno {
            throw BuildError(
                .refused, "cannot read '\(path)'", hint: "Give --metadata-file a JSON file.",
                cause: error.description)
        } catch {
            throw BuildError(
                .refused, "'\(path)' holds no metadata",
                hint: "Its members may be instance-id, hostname, keys, meta, user-data, hand-over.",
                cause: String(describing: error))
        }
    }

    private static func size(_ text: String, _ option: String) throws -> ByteCount {
        guard
            let size = try OptionValue(text, option, else: "", in: [:])?.size(
                bareUnit: .mebibytes(1))
        else { throw BuildError(.refused, "\(option) has no value", hint: "Give a size.") }
        return size
    }

    private static func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ text: String, _ what: String, _ type: Value.Type
    ) throws -> Value {
        try BuildOptions.choice(text, of: what, among: Array(type.allCases))
    }

    private static func names<Value: CaseIterable & RawRepresentable<String>>(
        _ type: Value.Type
    ) -> String { type.allCases.map(\.rawValue).joined(separator: ", ") }
}
