// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import MellanoxManifest

/// Drivers and programs of NVIDIA's (Mellanox') InfiniBand and Ethernet adapters, in the image and in the ramdisk.
struct Mellanox: Element, ExtraDataPhase, PreInstallPhase, InstallPhase, RamdiskPhase {
    private static let rules = "81-mellanox.rules"
    private static let folderOfRules = "/etc/udev/rules.d"
    private static let moduleList = "/etc/modules-load.d/mellanox.conf"
    private static let initramfsModules = "/etc/initramfs-tools/modules"
    private static let dracutDrivers = "/etc/dracut.conf.d/mellanox.conf"
    /// The PCI devices of this vendor.
    private static let vendor = "0x15b3"

    private let modules: [String]
    private let inInitramfs: Bool
    private let repository: VendorRepository?

    /// Takes the list of modules, and the repository.
    init(_ parameters: Parameters) throws {
        repository = try VendorRepository(parameters)
        modules = parameters.list("modules")
        inInitramfs = parameters.flag("initramfs")
        for module in modules
        where !module.allSatisfy({ $0.isLetter || $0.isNumber || "_-".contains($0) }) {
            throw ElementError("parameter 'modules': '\(module)' is no name of a kernel module")
        }
    }

    /// Brings the key of the repository and its entry into the tree.
    func extraData(_ host: ExtraDataContext) throws { try repository?.writeFiles(host) }

    /// Reads the repository's index.
    func preInstall(_ target: PreInstallContext) throws { try repository?.readIndex(target) }

    /// Installs the packages of the repository, and has the modules loaded when the machine starts, and when an adapter appears.
    func install(_ target: InstallContext) throws {
        if let repository { try target.installPackages(repository.packages) }
        try target.makeFolder("/etc/modules-load.d")
        try target.writeFile(Self.moduleList, modules.map { $0 + "\n" }.joined())
        try target.makeFolder(Self.folderOfRules)
        try target.writeFile("\(Self.folderOfRules)/\(Self.rules)", udevRules)
        guard inInitramfs else { return }
        if try target.exists(Self.initramfsModules) {
            for module in modules {
                try target.appendLineIfMissing(module, to: Self.initramfsModules)
            }
        } else if try target.exists("/etc/dracut.conf.d") {
            try target.writeFile(
                Self.dracutDrivers, "add_drivers+=\" \(modules.joined(separator: " ")) \"\n")
        }
    }

    /// Gives the ramdisk the same modules, with their firmware where the tree has it.
    func ramdisk(_ ramdisk: RamdiskContext) throws {
        for module in modules { try ramdisk.addModule(module) }
        try ramdisk.addUdevRules(Self.rules, udevRules)
    }

    /// The kernel knows core and Ethernet drivers by their aliases; what talks to user programs it does not load itself.
    private var udevRules: String {
        let known: Set = ["mlx4_core", "mlx5_core"]
        return modules.filter { !known.contains($0) }.map { module in
            "ACTION==\"add\", SUBSYSTEM==\"pci\", ATTR{vendor}==\"\(Self.vendor)\", RUN{builtin}+=\"kmod load \(module)\"\n"
        }.joined()
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Mellanox.self, host)
}
