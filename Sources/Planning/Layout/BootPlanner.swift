// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// What a disk boots by when a native element provides 'bootloader', and whether it can.
///
/// The element's parameter `firmware` is bios, efi, both, or auto, which means all that the layout has a place for; an
/// element without that parameter knows BIOS only. GRUB's core image for a BIOS lies between an MBR and the first
/// partition, or in a partition of a GPT for it; UEFI reads files of the EFI system partition. Both look by its label for
/// the file system that holds /boot.
struct BootPlanner {
    /// With the name of parameters in messages: "vm.firmware".
    static let parameter = "firmware"
    static let secureBootParameter = "secure-boot"
    /// A core image that reads btrfs, with its compression, has 180 KiB.
    private static let leastBIOSBoot = ByteCount.kibibytes(512)
    /// Two copies of shim, its key manager and a signed GRUB are 13 MiB; an upgrade puts new ones beside them.
    private static let leastSystemPartition = ByteCount.mebibytes(32)
    private static let systemPoint = "/boot/efi"

    let layout: DiskLayout
    let element: ElementDescription
    /// What the parameter `firmware` says; nil: the element has none.
    let wish: String?
    /// Whether the parameter `secure-boot` insists on what UEFI alone can do.
    let needsUEFI: Bool
    let request: BuildRequest

    /// What the disk boots by.
    ///
    /// - Throws: `BuildError` with status 2 that says what the layout lacks.
    func firmware() throws -> [Firmware] {
        let chosen: [Firmware]
        switch wish {
        case nil, "bios": chosen = [.bios]
        case "efi": chosen = [.efi]
        case "both": chosen = [.bios, .efi]
        default: chosen = try possible()
        }
        for firmware in chosen {
            if let fault = fault(firmware) { throw refusal(fault) }
        }
        if needsUEFI, !chosen.contains(.efi) { throw secureBootRefusal() }
        if let fault = BootFiles(layout: layout, request: request).fault() { throw refusal(fault) }
        return chosen
    }

    /// All that the layout has a place for.
    private func possible() throws -> [Firmware] {
        let found = Firmware.allCases.filter { fault($0) == nil }
        guard found.isEmpty else { return found }
        // The place that is there and does not fit says more than the one that is missing.
        let hasSystemPartition = layout.systemPartition != nil
        if hasSystemPartition || request.architecture == "arm64", let fault = fault(.efi) {
            throw refusal(fault)
        }
        guard layout.table == .gpt, biosPartition == nil, let fault = fault(.bios) else {
            throw refusal(fault(.bios) ?? Fault("has no place for a boot loader"))
        }
        throw refusal(
            Fault("has neither a BIOS boot partition nor an EFI system partition", fault.hint))
    }

    /// What a layout cannot do: the rest of a sentence about it.
    struct Fault {
        var problem: String
        var hint: String?

        init(_ problem: String, _ hint: String? = nil) {
            self.problem = problem
            self.hint = hint
        }
    }

    private func refusal(_ fault: Fault) -> BuildError {
        let setting = "\(element.name).\(Self.parameter) is '\(wish ?? "")'"
        let reason =
            wish == nil || wish == "auto"
            ? "element '\(element.name)' installs a boot loader" : setting
        return BuildError(
            .refused, "\(reason), but \(layout.title) \(fault.problem)", hint: fault.hint)
    }

    private func secureBootRefusal() -> BuildError {
        let reason = "\(element.name).\(Self.secureBootParameter) is 'true'"
        if wish != "bios", let fault = systemPartitionFault {
            return BuildError(
                .refused, "\(reason), but \(layout.title) \(fault.problem)", hint: fault.hint)
        }
        return BuildError(
            .refused, "\(reason), but \(element.name).\(Self.parameter) is 'bios'",
            hint: "Leave one of them out; Secure Boot is a matter of UEFI.")
    }

    // MARK: Places

    private func fault(_ firmware: Firmware) -> Fault? {
        firmware == .bios ? biosFault : systemPartitionFault
    }

    private var biosPartition: Partition? {
        layout.disks.first?.partitions.first(where: \.type.isBIOSBoot)
    }

    private var biosFault: Fault? {
        guard request.architecture == "amd64" else {
            return Fault(
                "is for \(request.architecture), which has no BIOS", "Use UEFI for it.")
        }
        guard let disk = layout.disks.first, let table = disk.table else {
            return Fault(
                "has no partition table",
                "Put the root file system into a partition, or leave the element out.")
        }
        guard disk.blockSize == 512 else {
            return Fault(
                "has blocks of \(disk.blockSize) bytes, from which no BIOS boots",
                "Use blocks of 512 bytes, or an EFI system partition.")
        }
        guard table.kind == .gpt else {
            return table.alignment >= .mebibytes(1)
                ? nil
                : Fault(
                    "leaves \(table.alignment) before the first partition, where GRUB needs 1 MiB",
                    "Leave out 'align'.")
        }
        guard let partition = biosPartition else {
            return Fault(
                "has no BIOS boot partition",
                "Add '{name: BSP, type: EF02, size: 8MiB}' before the root partition.")
        }
        if case .absolute(let size) = partition.size, size < Self.leastBIOSBoot {
            return Fault(
                "gives \(size) to the BIOS boot partition '\(partition.name)', where GRUB needs"
                    + " \(Self.leastBIOSBoot)",
                "Make it 1MiB or more.")
        }
        return nil
    }

    private var systemPartitionFault: Fault? {
        guard let partition = layout.systemPartition else {
            return Fault(
                "has no EFI system partition",
                "Add '{name: ESP, type: EF00, size: 550MiB, mkfs: {type: vfat, mount:"
                    + " {mount_point: \(Self.systemPoint)}}}' before the root partition.")
        }
        let name = "the EFI system partition '\(partition.name)'"
        guard let volume = partition.volume, volume.type == .vfat else {
            return Fault(
                "has \(name) without a vfat, the only file system that UEFI reads",
                "Add 'mkfs: {type: vfat, mount: {mount_point: \(Self.systemPoint)}}' to it.")
        }
        guard volume.mountPoint == Self.systemPoint else {
            let place = volume.mountPoint.map { "at '\($0)'" } ?? "nowhere"
            return Fault(
                "mounts \(name) \(place)",
                "Mount it at '\(Self.systemPoint)', where GRUB's packages look for it.")
        }
        if case .absolute(let size) = partition.size, size < Self.leastSystemPartition {
            return Fault(
                "gives \(size) to \(name), which is too small for a boot loader and its successor",
                "Make it \(Self.leastSystemPartition) or more.")
        }
        return nil
    }
}
