// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What UEFI firmware starts: files below the mount point of the EFI system partition, in the tree.
///
/// They lie twice there, as grub-install --force-extra-removable has them: in EFI/BOOT, where firmware looks on a disk that
/// it does not know, and in the distribution's own folder. Signed: shim, which firmware trusts, starts GRUB, which
/// the distribution has signed; GRUB reads grub.cfg in the folder that it was built for. Unsigned: an image of GRUB's
/// modules, made here, that finds its folder by itself.
struct SystemPartition {
    private let place: GrubPlace
    private let point: String
    /// Debian's name.
    private let architecture: String
    private let machine: Machine
    /// The distribution's folder below `point`, such as "EFI/debian".
    private let folder: String
    private let allowsUnsigned: Bool
    private let allowsSigned: Bool

    /// What the architecture is called by GRUB, and in names of files.
    private struct Machine {
        var format: String
        var suffix: String
    }

    private static let machines = [
        "amd64": Machine(format: "x86_64-efi", suffix: "x64"),
        "arm64": Machine(format: "arm64-efi", suffix: "aa64"),
    ]

    init(_ place: GrubPlace, _ target: FinaliseContext) throws {
        self.place = place
        point = try target.requiredValue(of: .efiMountPoint)
        architecture = try target.requiredValue(of: .architecture)
        guard let machine = Self.machines[architecture] else {
            throw ElementError("cannot make '\(architecture)' boot by UEFI")
        }
        self.machine = machine
        folder = try target.output(
            of: "/bin/sh", ["-c", "printf %s \"${EFI_BOOT_DIR:-EFI/${DISTRO_NAME:-linux}}\""])
        let wish = target.parameters["secure-boot"] ?? "auto"
        allowsSigned = wish != "false"
        allowsUnsigned = wish != "true"
    }

    private var shim: String { "/usr/lib/shim/shim\(machine.suffix).efi.signed" }
    private var keyManager: String { "/usr/lib/shim/mm\(machine.suffix).efi.signed" }
    private var signedGrub: String {
        "/usr/lib/grub/\(machine.format)-signed/grub\(machine.suffix).efi.signed"
    }
    private var removable: String { "\(point)/EFI/BOOT" }
    private var own: String { "\(point)/\(folder)" }

    /// Puts the files into the tree, and tells the packages of GRUB to keep both folders up to date.
    func write(to target: FinaliseContext) throws {
        try target.run("mkdir", ["-p", removable, own])
        let missing = try [shim, signedGrub].filter { try !target.exists($0) }
        if allowsSigned, missing.isEmpty {
            try writeSigned(to: target)
        } else if allowsUnsigned {
            try writeUnsigned(to: target)
        } else {
            throw ElementError(
                "the target tree has no '\(missing[0])', which secure-boot needs",
                hint:
                    "Use a release that has a signed shim and GRUB, or set vm.secure-boot to false."
            )
        }
        try target.run(
            "debconf-set-selections", [],
            input: """
                grub-efi-\(architecture) grub2/force_efi_extra_removable boolean true
                grub-efi-\(architecture) grub2/update_nvram boolean false

                """)
    }

    private func writeSigned(to target: FinaliseContext) throws {
        let suffix = machine.suffix
        try copy(shim, "\(removable)/BOOT\(suffix.uppercased()).EFI", target)
        try copy(shim, "\(own)/shim\(suffix).efi", target)
        for folder in [removable, own] {
            try copy(signedGrub, "\(folder)/grub\(suffix).efi", target)
            if try target.exists(keyManager) {
                try copy(keyManager, "\(folder)/mm\(suffix).efi", target)
            }
        }
        try target.writeFile("\(own)/grub.cfg", place.search + "configfile $prefix/grub.cfg\n")
    }

    private func writeUnsigned(to target: FinaliseContext) throws {
        let modules = GrubModules(format: machine.format)
        guard try target.exists("\(modules.source)/moddep.lst") else {
            throw ElementError(
                "the target tree has no '\(modules.source)/moddep.lst'",
                hint:
                    "Use an operating-system element whose packages bring GRUB for UEFI, such as debian."
            )
        }
        try modules.copy(in: target)
        let image = "\(modules.folder)/core.efi"
        try modules.makeImage(
            image, of: place.modules + ["fat"], prefix: place.prefix, first: place.search,
            in: target)
        let suffix = machine.suffix
        try copy(image, "\(removable)/BOOT\(suffix.uppercased()).EFI", target)
        try copy(image, "\(own)/grub\(suffix).efi", target)
    }

    /// Copies the contents alone: a vfat keeps nothing else.
    private func copy(_ source: String, _ path: String, _ target: FinaliseContext) throws {
        try target.run("cp", ["--preserve=timestamps", source, path])
    }
}
