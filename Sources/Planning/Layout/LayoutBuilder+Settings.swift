// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Partitions, volumes and mounts, read from the settings of their nodes.
extension LayoutBuilder {
    func partition(
        _ node: LayoutNode, in kind: PartitionTable.Kind
    ) throws -> Partition {
        let flags = try flags(of: node)
        if kind == .gpt, flags.contains("primary") {
            throw refusal(
                node, "has the flag 'primary'", at: "flags", hint: "A GPT has no other kind.")
        }
        guard kind == .mbr || node.name.utf16.count <= 36 else {
            throw refusal(
                node, "has a name of more than 36 characters", at: "name",
                hint: "A GPT has no room for a longer one.")
        }
        let isPhysical = try child(.physicalVolume, of: node) != nil
        let isEncrypted = try child(.luks, of: node) != nil
        var type =
            isPhysical
            ? PartitionType.lvm(in: kind) : isEncrypted ? .luks(in: kind) : .standard(in: kind)
        if let text = try text(node, "type") {
            guard let named = PartitionType(text, in: kind) else {
                throw refusal(
                    node, "has the unknown type '\(text)'", at: "type",
                    hint: kind == .mbr
                        ? "An MBR has types such as '0x83' for Linux and '0x82' for swap."
                        : "Use a GUID or a code of sgdisk, such as 'EF00', '8200' or '8300'.")
            }
            type = named
        }
        if type.isPowerBoot, defaults.architecture != "ppc64el" {
            throw refusal(
                node,
                "is a boot partition of ppc64el, but the image is for \(defaults.architecture)",
                at: "type", hint: "Use a layout for \(defaults.architecture).")
        }
        return Partition(
            name: node.name, start: try size(node, "start"), size: try partitionSize(node),
            type: type, isBootable: flags.contains("boot"),
            isLogical: kind == .mbr && !flags.contains("primary"),
            volume: try content(of: node))
    }

    private func flags(of node: LayoutNode) throws -> [String] {
        guard let value = node.settings["flags"] else { return [] }
        let flags = try (value.list ?? [value]).map { item in
            guard let text = item.text, ["boot", "primary"].contains(text) else {
                throw refusal(
                    node, "has the unknown flag '\(item.text ?? "")'", at: "flags",
                    hint: "Flags are 'boot' and 'primary'.")
            }
            return text
        }
        return flags
    }

    private func partitionSize(_ node: LayoutNode) throws -> Partition.Size {
        guard let text = try text(node, "size") else {
            throw refusal(node, "has no size", hint: "Add 'size: 100%' for all that is left.")
        }
        if text == Partition.Size.restWord { return .rest }
        if text == Partition.Size.fittingWord {
            let holders = [LayoutNode.Kind.mkfs, .luks, .physicalVolume]
            guard try holders.contains(where: { try child($0, of: node) != nil }) else {
                throw refusal(
                    node, "has the size '\(text)' and no file system", at: "size",
                    hint: "Give it a size, such as 8MiB.")
            }
            return .fitting
        }
        guard text.hasSuffix("%") else {
            return .absolute(try size(node, "size") ?? .zero)
        }
        let digits = text.dropLast().filter { $0 != " " }
        guard let share = Double(digits), share > 0, share <= 100 else {
            throw refusal(
                node, "has the size '\(text)'", at: "size",
                hint: "A share is above 0 % and at most 100 %.")
        }
        return .percent(share)
    }

    func volume(_ node: LayoutNode) throws -> Volume {
        let isRoot = node.name == Volume.rootName
        guard let typeName = try text(node, "type") ?? (isRoot ? defaults.rootType.rawValue : nil)
        else {
            throw refusal(
                node, "has no type", hint: "Add 'type: ext4', or another file system.")
        }
        guard let type = FileSystemType(named: typeName) else {
            let known = FileSystemType.allCases.map(\.rawValue)
            throw refusal(
                node, "has the unknown type '\(typeName)'", at: "type",
                hint: (NearestName.of(typeName, in: known).map { "Did you mean '\($0)'? " } ?? "")
                    + "Known are: \(known.joined(separator: ", ")).")
        }
        let standard = type == .xfs ? "img-rootfs" : "cloudimg-rootfs"
        let label =
            try text(node, "label") ?? (isRoot ? defaults.rootLabel ?? standard : node.name)
        guard label.utf8.count <= type.longestLabel else {
            throw refusal(
                node, "has the label '\(label)' of \(label.utf8.count) bytes", at: "label",
                hint: "A label of \(type.rawValue) has at most \(type.longestLabel) bytes.")
        }
        let uuid = try text(node, "uuid")
        if let uuid, !PartitionType.isGUID(uuid) {
            throw refusal(
                node, "has the uuid '\(uuid)', which is none", at: "uuid",
                hint:
                    "Write 32 hexadecimal digits as 8-4-4-4-12, or leave it out to have one derived."
            )
        }
        let options = try text(node, "opts") ?? ""
        return Volume(
            name: node.name, type: type, label: label,
            options: options.split(separator: " ").map(String.init), uuid: uuid?.lowercased(),
            mount: try mount(of: node, type: type))
    }

    private func mount(of node: LayoutNode, type: FileSystemType) throws -> MountEntry? {
        guard let mount = try child(.mount, of: node) else { return nil }
        guard var point = try text(mount, "mount_point") else {
            throw refusal(mount, "has no mount_point", hint: "Add 'mount_point: /PATH'.")
        }
        while point.count > 1, point.hasSuffix("/") { point.removeLast() }
        let parts = point.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isClean = point == "/" || parts.allSatisfy { !["", ".", ".."].contains($0) }
        guard type == .swap || point.hasPrefix("/") && isClean else {
            throw refusal(
                mount, "has the mount_point '\(point)'", at: "mount_point",
                hint: "Give an absolute path such as '/boot'.")
        }
        guard let line = try child(.fstab, of: mount) else { return MountEntry(point: point) }
        var table = MountEntry.TableLine()
        let standard = point == "/" ? defaults.rootOptions : nil
        table.options = try text(line, "options") ?? standard ?? table.options
        guard !table.options.contains(where: \.isWhitespace) else {
            throw refusal(
                line, "has options with a space", at: "options",
                hint: "Options are separated by commas.")
        }
        table.dumpFrequency = try number(line, "dump-freq") ?? table.dumpFrequency
        table.checkPass = try number(line, "fsck-passno") ?? table.checkPass
        return MountEntry(point: point, table: table)
    }

    // MARK: Checks of the whole

    func checkNames(_ layout: DiskLayout) throws {
        var seen: [String: String] = [:]
        for volume in layout.volumes {
            let label = volume.type.storedLabel(volume.label)
            if let other = seen.updateValue(volume.name, forKey: label) {
                throw refusal(
                    volume.name, "has the label '\(label)' of '\(other)'", at: "label",
                    hint: "Give each file system its own; a vfat has its label in upper case.")
            }
        }
        // The name of a LUKS volume is a label, too.
        for name in layout.encryptions.map(\.name) {
            guard let other = seen.updateValue(name, forKey: name) else { continue }
            let node = nodes.first { $0.kind == .luks && $0.name == name }
            throw source.refusal(
                node?.line ?? 1,
                "LUKS volume '\(name)' is called like the label of file system '\(other)'",
                hint: "Give it another name, or the file system another label.")
        }
    }

    func checkMounts(_ layout: DiskLayout) throws {
        var seen: [String: String] = [:]
        for volume in layout.volumes {
            guard let point = volume.mountPoint else { continue }
            if let other = seen.updateValue(volume.name, forKey: point) {
                throw refusal(
                    volume.name, "is mounted at '\(point)' like '\(other)'", at: "mount_point",
                    hint: "Give each file system a mount_point of its own.")
            }
        }
        guard let root = layout.root else {
            throw source.refusal(
                1, "no file system is mounted at '/'",
                hint: "Add 'mount: {mount_point: /}' to the root file system.")
        }
        guard root.type.canHoldRoot else {
            throw refusal(
                root.name, "is \(root.type.rawValue), which cannot hold a root file system",
                at: "type", hint: "Use ext4, xfs or btrfs.")
        }
    }

    // MARK: Values

    func text(_ node: LayoutNode, _ key: String) throws -> String? {
        guard let value = node.settings[key] else { return nil }
        guard let text = value.text else {
            throw source.refusal(
                value.line, "'\(key)' is no plain value", hint: "Write one word, without brackets.")
        }
        return text.isEmpty ? nil : text
    }

    func size(_ node: LayoutNode, _ key: String) throws -> ByteCount? {
        guard let text = try text(node, key) else { return nil }
        // A unit alone is one of it.
        let counted = text.first?.isNumber == true || text.first == "." ? text : "1" + text
        guard let size = ByteCount(counted, bareUnit: ByteCount(1)), size > .zero else {
            throw refusal(
                node, "has the \(key) '\(text)', which is no size", at: key,
                hint: "Write a number and a unit, such as 550MiB or 4GB.")
        }
        return size
    }

    private func number(_ node: LayoutNode, _ key: String) throws -> Int? {
        guard let text = try text(node, key) else { return nil }
        guard let number = Int(text), (0...9).contains(number) else {
            throw refusal(node, "has the \(key) '\(text)'", at: key, hint: "Use 0, 1 or 2.")
        }
        return number
    }

    /// The refusal of something about `node`; the line is that of one of its settings where it has that one.
    func refusal(
        _ node: LayoutNode, _ problem: String, at key: String? = nil, hint: String? = nil
    ) -> BuildError {
        let line = key.flatMap { node.settings[$0]?.line } ?? node.line
        return source.refusal(line, "\(node.kind.title) '\(node.name)' \(problem)", hint: hint)
    }

    /// The same for the file system `name`, or for its mount where the setting is one of that.
    private func refusal(
        _ name: String, _ problem: String, at key: String, hint: String? = nil
    ) -> BuildError {
        let format = nodes.first { $0.kind == .mkfs && $0.name == name }
        let mount = nodes.first { $0.kind == .mount && $0.base == name }
        let line = [format, mount].compactMap { $0?.settings[key]?.line }.first
        return source.refusal(
            line ?? format?.line ?? 1, "file system '\(name)' \(problem)", hint: hint)
    }
}
