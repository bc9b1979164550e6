// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// Boots an image as a cloud would, and looks whether it does what an image has to do.
///
///     first boot    metadata with a key and a name, a disk that is larger than the image
///     second boot   the same disk, with another key, name and address
///     clone         a new machine from the same image, at the same time as the second boot
///     faults        one boot each
///
/// The image is only read: machines write to overlays of their own.
package struct Verification {
    let options: VerifyOptions
    let oldKey: MachineKey
    let newKey: MachineKey
    let image: DiskInfo

    /// A key of somebody who may log in.
    struct MachineKey: Sendable {
        var file: FilePath
        var line: String

        init(_ name: String, in folder: FilePath) throws {
            file = folder.appending(name)
            line = try SecureShell.makeKey(file)
        }
    }

    /// - Throws: `BuildError` when the image is none.
    package init(_ options: VerifyOptions) throws {
        self.options = options
        image = try DiskInfo(options.image)
        oldKey = try MachineKey("key-1", in: options.folder)
        newKey = try MachineKey("key-2", in: options.folder)
    }

    /// Boots the image as often as is asked for.
    ///
    /// - Throws: `BuildError` for what keeps machines from being started; a check that fails is in the report.
    package func run(digest: String) throws -> VerifyReport {
        var report = VerifyReport(
            image: options.image.string, digest: digest, metadata: options.kind, boots: [])
        let disk = try overlay("first")
        let (first, facts) = try firstBoot(of: disk)
        report.boots.append(first)
        if options.bootsAgain, let facts {
            let work: [@Sendable () throws -> VerifyReport.Boot] = [
                { try secondBoot(of: disk, after: facts) }, { try clone(of: facts) },
            ]
            report.boots +=
                options.runsTwo
                ? try ParallelWork.map(work) { try $0() } : try work.map { try $0() }
        }
        for fault in options.faults {
            report.boots.append(try FaultyBoot(self, fault).run())
        }
        return report
    }

    // MARK: machines

    /// A machine that is to be booted: its parts, what its metadata say, who logs in.
    struct Machine: Sendable {
        var name: String
        var parts: VirtualMachine.Parts
        var metadata: MachineMetadata
        var key: FilePath
        /// Whether anybody has metadata for it.
        var hasMetadata = true
    }

    /// The machine of the first boot, on `disk`; `name` is that of a folder for its files.
    func firstMachine(_ disk: FilePath, _ name: String) -> Machine {
        var metadata = options.metadata
        metadata.instanceID = metadata.instanceID ?? Self.instance(1)
        metadata.hostname = metadata.hostname ?? "verify-one"
        metadata.keys = (metadata.keys ?? []) + [oldKey.line]
        return Machine(
            name: name, parts: parts(disk, address: 15, number: 1), metadata: metadata,
            key: oldKey.file)
    }

    func secondMachine(_ disk: FilePath) -> Machine {
        var machine = firstMachine(disk, "second")
        machine.parts = parts(disk, address: 77, number: 1)
        machine.metadata.hostname = "verify-renamed"
        machine.metadata.keys = (options.metadata.keys ?? []) + [newKey.line]
        machine.key = newKey.file
        return machine
    }

    func parts(_ disk: FilePath, address: Int, number: Int) -> VirtualMachine.Parts {
        // QEMU's own network, or one that 169.254.169.254 lies in.
        let network = options.kind.isDrive ? "10.0.2" : "169.254.2"
        return VirtualMachine.Parts(
            disk: disk, bus: options.bus, identity: "ec2e1916-9099-7caf-fd21-00000000000\(number)",
            address: "\(network).\(address)")
    }

    static func instance(_ number: Int) -> String { "i-00000000000\(number)" }

    /// A disk over the image, which is larger than it.
    func overlay(_ name: String) throws -> FilePath {
        let path = options.folder.appending("\(name).qcow2")
        let size = image.virtualSize + options.growth.bytes
        try Command(
            "qemu-img",
            [
                "create", "-q", "-f", "qcow2", "-F", image.format, "-b", image.path.string,
                path.string, "\(size)",
            ]
        ).checkedOutput()
        return path
    }
}
