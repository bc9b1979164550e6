// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// The kernel of a tree and its modules.
struct KernelModules {
    /// Folders and modules below kernel/ by which a machine finds its disk and its network.
    private static let wanted = [
        "crypto", "drivers/ata", "drivers/block", "drivers/hv", "drivers/md",
        "drivers/message/fusion",
        "drivers/mmc", "drivers/net/bonding", "drivers/net/ethernet", "drivers/net/hyperv",
        "drivers/net/mdio",
        "drivers/net/net_failover", "drivers/net/phy", "drivers/net/usb", "drivers/net/virtio_net",
        "drivers/net/vmxnet3", "drivers/net/xen-netfront", "drivers/nvme", "drivers/pci/controller",
        "drivers/ptp", "drivers/scsi", "drivers/ufs", "drivers/usb/host", "drivers/usb/storage",
        "drivers/virtio", "drivers/xen", "fs/btrfs", "fs/ext4", "fs/fat", "fs/nls", "fs/xfs", "lib",
        "net/8021q", "net/core", "net/ipv6", "net/packet",
    ]
    /// Drivers there that are large and for networks of storage, or for tests.
    private static let unwanted = [
        "drivers/block/drbd", "drivers/block/rnbd", "drivers/scsi/fcoe", "drivers/scsi/lpfc",
        "drivers/scsi/qla2xxx", "drivers/scsi/scsi_debug", "lib/test",
    ]

    let lookup: TreeLookup
    let version: String
    /// The path of the kernel in the tree.
    let image: String
    private let limits: Command.Limits

    /// Finds the kernel: of that version, or the newest one that has its modules in the tree.
    ///
    /// - Throws: `BuildError` that says what was found.
    init(_ lookup: TreeLookup, version: String?, limits: Command.Limits) throws {
        self.lookup = lookup
        self.limits = limits
        let kernels = Self.kernels(lookup)
        let whole = kernels.filter { lookup.find("/lib/modules/\($0.version)/modules.dep") != nil }
        if let version {
            guard let kernel = whole.first(where: { $0.version == version }) else {
                throw BuildError(
                    .buildFailed, "the tree has no kernel '\(version)' with its modules",
                    hint: Self.choices(whole.map(\.version)))
            }
            self.version = version
            image = kernel.image
            return
        }
        guard let newest = whole.max(by: { KernelVersion.isOlder($0.version, $1.version) }) else {
            throw BuildError(
                .buildFailed,
                kernels.isEmpty
                    ? "the tree has no kernel in /boot to make a ramdisk of"
                    : "the kernel '\(kernels[0].version)' of the tree has no modules in /lib/modules",
                hint: "Install the distribution's kernel: the element 'ramdisk' names its package.")
        }
        self.version = newest.version
        image = newest.image
    }

    var folder: String { "/lib/modules/\(version)" }

    /// The files of `names`, of the modules that they need, and of those that they would like to have where the tree has
    /// them, as paths of the tree; what is built into the kernel has none.
    ///
    /// - Throws: `BuildError` that names the module that is not there.
    func files(of names: [String]) throws -> [String] {
        guard !names.isEmpty else { return [] }
        let wishes = try softDependencies()
        var asked: Set<String> = []
        var fresh = try files(of: names, areOptional: false)
        var files = fresh
        while true {
            let wished = fresh.flatMap { wishes[Self.name(ofFile: $0)] ?? [] }
                .filter { asked.insert($0).inserted }
            guard !wished.isEmpty else { return files }
            let known = Set(files)
            fresh = try self.files(of: wished, areOptional: true).filter { !known.contains($0) }
            files += fresh
        }
    }

    /// What modprobe would load for `names`, the needed ones first; of optional ones those that there are.
    private func files(of names: [String], areOptional: Bool) throws -> [String] {
        let command = Command(
            "modprobe",
            [
                "--dirname", lookup.tree.string, "--set-version", version, "--config", "/dev/null",
                "--show-depends", "--all",
            ] + names)
        let captured = try command.capture(limits: limits)
        guard captured.status.isSuccess || areOptional else {
            throw try missing(names, command, captured)
        }
        var files: [String] = []
        var known: Set<String> = []
        for line in captured.output.split(separator: "\n") where line.hasPrefix("insmod ") {
            // The name of a module has no spaces; parameters may follow it.
            let path = line.dropFirst("insmod ".count).split(separator: " ").first ?? ""
            let own = String(path.dropFirst(lookup.tree.string.count))
            if known.insert(own).inserted { files.append(own) }
        }
        return files
    }

    /// What modules would like to have loaded with them, by the module's name, modprobe.d(5).
    ///
    /// modprobe itself heeds only one of several lines for a module.
    private func softDependencies() throws -> [String: [String]] {
        guard let found = lookup.find("\(folder)/modules.softdep") else { return [:] }
        let text = String(
            decoding: try FileDescriptor.contents(of: FilePath(lookup.tree.string + found.path)),
            as: UTF8.self)
        var wishes: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count > 2, words[0] == "softdep" else { continue }
            wishes[Self.name(ofFile: words[1]), default: []] +=
                words.dropFirst(2).filter { $0 != "pre:" && $0 != "post:" }
        }
        return wishes
    }

    /// The modules of a set.
    func names(of set: RamdiskRequest.ModuleSet) throws -> [String] {
        guard set != .dep else { return [] }
        return try index().filter { path in
            set == .all
                || (Self.wanted.contains {
                    path.hasPrefix("kernel/\($0)/") || path.hasPrefix("kernel/\($0).ko")
                }
                    && !Self.unwanted.contains { path.hasPrefix("kernel/\($0)") })
        }.map(Self.name(ofFile:))
    }

    /// The firmware that modules name and the tree has, as paths of the tree.
    func firmware(of files: [String]) throws -> [String] {
        guard !files.isEmpty else { return [] }
        let paths = files.map { lookup.tree.string + $0 }
        let output = try Command("modinfo", ["--field", "firmware"] + paths)
            .checkedOutput(limits: limits)
        let names = Set(output.split(separator: "\n").map(String.init)).sorted()
        return names.flatMap { firmware(matching: $0) }
    }

    /// The files below /lib/firmware of that name, compressed ones too; `*` stands for any characters but `/`.
    func firmware(matching pattern: String) -> [String] {
        let folders = ["/lib/firmware/updates", "/lib/firmware"]
        return folders.flatMap {
            matches(of: pattern.split(separator: "/").map(String.init), in: $0)
        }
    }

    /// Makes the tables of modprobe for the modules in `folder`, the root of a ramdisk.
    func makeIndex(in folder: FilePath) throws {
        try Command("depmod", ["--basedir", folder.string, version]).checkedOutput(limits: limits)
    }

    /// The tables that depmod and modprobe read beside those that depmod writes.
    var sourceTables: [String] {
        ["modules.order", "modules.builtin", "modules.builtin.modinfo"].map { "\(folder)/\($0)" }
            .filter { lookup.find($0) != nil }
    }

    private func matches(of components: [String], in folder: String) -> [String] {
        guard let first = components.first else { return [] }
        let rest = Array(components.dropFirst())
        let names =
            first.contains("*")
            ? lookup.names(in: folder).filter { Self.matches($0, first) } : [first]
        return names.flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            guard rest.isEmpty else { return matches(of: rest, in: path) }
            return [path, path + ".xz", path + ".zst"].filter { lookup.find($0) != nil }
        }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else {
            return name == pattern
        }
        guard name.hasPrefix(first), name.hasSuffix(last),
            name.utf8.count >= first.utf8.count + last.utf8.count
        else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// The paths of all modules below the folder of modules, out of modules.dep.
    private func index() throws -> [String] {
        let path = FilePath(lookup.tree.string + (lookup.find("\(folder)/modules.dep")?.path ?? ""))
        let text = String(decoding: try FileDescriptor.contents(of: path), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: ":").first.map(String.init)
        }
    }

    private func missing(
        _ names: [String], _ command: Command, _ captured: Command.Captured
    ) throws -> BuildError {
        let known = try index().map(Self.name(ofFile:))
        for name in names
        where captured.errorLines.contains(where: { $0.contains(" \(name) not found") }) {
            return BuildError(
                .buildFailed, "the kernel '\(version)' has no module '\(name)'",
                hint: NearestName.of(name, in: known).map { "Did you mean '\($0)'?" })
        }
        return command.failure(
            captured.status, lastLines: captured.errorLines)
    }

    private static func name(ofFile path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.split(separator: ".").first ?? "").replacing("-", with: "_")
    }

    /// Kernels in /boot and beside their modules, with their versions.
    private static func kernels(_ lookup: TreeLookup) -> [(version: String, image: String)] {
        let inBoot = lookup.names(in: "/boot").compactMap { name -> (String, String)? in
            for prefix in ["vmlinuz-", "vmlinux-"] where name.hasPrefix(prefix) {
                return (String(name.dropFirst(prefix.count)), "/boot/\(name)")
            }
            return nil
        }
        let besideModules = lookup.names(in: "/lib/modules").compactMap { version in
            let image = "/lib/modules/\(version)/vmlinuz"
            return lookup.find(image) == nil ? nil : (version, image)
        }
        return (inBoot + besideModules).map { (version: $0.0, image: $0.1) }
    }

    private static func choices(_ versions: [String]) -> String {
        versions.isEmpty ? "There is none." : "There is: \(versions.joined(separator: ", "))."
    }
}
