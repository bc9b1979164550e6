// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import SystemPackage

/// What is verified, and on which machine.
package struct VerifyOptions: Sendable {
    package enum Firmware: String, CaseIterable, Sendable { case bios, uefi }

    /// What the disk is attached to.
    package enum DiskBus: String, CaseIterable, Sendable { case virtio, scsi, nvme, sata }

    package enum Accelerator: String, CaseIterable, Sendable { case tcg, kvm }

    /// What goes wrong on purpose, each in a boot of its own.
    package enum Fault: String, CaseIterable, Sendable {
        /// Nobody has metadata.
        case noMetadata = "no-metadata"
        /// The metadata service takes ten seconds for each answer.
        case slowMetadata = "slow-metadata"
        /// The root file system is full when the machine starts.
        case fullDisk = "full-disk"
        /// The disk is attached to something else.
        case diskBus = "disk-bus"
    }

    package var image: FilePath
    package var kind = MetadataKind.ec2
    /// What the metadata say beside the verification's own key.
    package var metadata = MachineMetadata()
    /// The user who gets the metadata's keys.
    package var user: String
    package var firmware = Firmware.bios
    package var bus = DiskBus.virtio
    package var accelerator = Accelerator.tcg
    /// QEMU's model of the processor: x86-64-v2 without vector units, whose emulation makes a boot a third longer.
    ///
    /// Of another vendor than Intel, whose processors need page tables changed at every system call, for Meltdown: emulation
    /// drops all that it knows of addresses with each change.
    package var processor = "Nehalem,vendor=AuthenticAMD"
    /// How many processors the machine has.
    package var processors = 2
    /// How much larger than the image the disk is.
    package var growth = ByteCount.gibibytes(2)
    package var memory = ByteCount.mebibytes(1024)
    /// How long one boot may take until somebody can log in.
    package var deadline = Duration.seconds(600)
    /// Whether the machine is booted again, and a second one from the same image.
    package var bootsAgain = true
    package var faults: [Fault] = []
    /// Whether the second boot and that of the second machine run side by side.
    package var runsTwo = true
    /// Commands for the default user, which must succeed after the first boot.
    package var commands: [String] = []
    /// An empty folder for disks, keys and logs.
    package var folder: FilePath
    /// The program that answers as the metadata service.
    package var program: FilePath
    package var interrupt: FileDescriptor?

    package init(image: FilePath, user: String, folder: FilePath, program: FilePath) {
        self.image = image
        self.user = user
        self.folder = folder
        self.program = program
    }
}
