// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Volume groups of LVM, read from the lists of lvm nodes.
extension LayoutBuilder {
    /// The longest name of a group or a volume, lvm(8).
    private static let longestName = 127
    /// What lvm(8) keeps for itself, as names and in names.
    private static let reservedNames: Set<String> = [".", "..", "snapshot", "pvmove"]
    private static let reservedParts = [
        "_cdata", "_cmeta", "_corig", "_mlog", "_mimage", "_pmspare", "_rimage", "_rmeta", "_tdata",
        "_tmeta", "_vorigin", "_vdata",
    ]

    /// The groups whose physical volumes are partitions of `disk`.
    func groups(of disk: Disk) throws -> [VolumeGroup] {
        try nodes.filter { $0.kind == .volumeGroup }.compactMap { node in
            let members = try members(of: node)
            let own = members.filter { member in
                disk.partitions.contains { $0.name == member.partition }
            }
            guard !own.isEmpty else { return nil }
            guard own.count == members.count else {
                throw refusal(
                    node, "has physical volumes on several disks", at: "base",
                    hint: "Each disk is an image of its own: give each a group.")
            }
            return try group(node, members)
        }
    }

    /// Refuses what belongs to no disk, and two groups of one name.
    func checkGroups(_ layout: DiskLayout) throws {
        let placed = Set(layout.disks.flatMap(\.groups).map(\.name))
        for node in nodes where node.kind == .volumeGroup && !placed.contains(node.name) {
            throw refusal(node, "has no partition for its physical volumes", at: "base")
        }
        let members = layout.disks.flatMap { $0.groups.flatMap(\.physicalVolumes) }.map(\.name)
        for node in nodes where node.kind == .physicalVolume {
            guard members.contains(node.name) else {
                throw refusal(
                    node, "belongs to no volume group",
                    hint: "Name it in the list 'base' of one, or leave it out.")
            }
            let other = nodes.first { [.mkfs, .luks].contains($0.kind) && $0.base == node.base }
            if let other {
                throw refusal(
                    node, "shares its partition '\(node.base ?? "")' with a \(other.kind.title)",
                    at: "base", hint: "Put the \(other.kind.title) into a logical volume.")
            }
        }
    }

    private func members(of node: LayoutNode) throws -> [PhysicalVolume] {
        let value = node.settings["base"]
        let names = value?.list ?? value.map { [$0] } ?? []
        guard !names.isEmpty else {
            throw refusal(
                node, "has no physical volumes", at: "base", hint: "Add 'base: [NAME]'.")
        }
        var seen: Set<String> = []
        return try names.map { item in
            let known = nodes.filter { $0.kind == .physicalVolume }
            guard let name = item.text, let found = known.first(where: { $0.name == name }) else {
                throw refusal(
                    node, "is based on '\(item.text ?? "")', which is no physical volume",
                    at: "base",
                    hint: NearestName.of(item.text ?? "", in: known.map(\.name))
                        .map { "Did you mean '\($0)'?" })
            }
            let owners = nodes.filter { other in
                other.kind == .volumeGroup && other.settings["base"]?.names.contains(name) == true
            }
            guard seen.insert(name).inserted, owners.count == 1 else {
                throw refusal(
                    node, "has the physical volume '\(name)', which belongs to a group already",
                    at: "base", hint: "A physical volume belongs to one group.")
            }
            return PhysicalVolume(name: name, partition: found.base ?? "")
        }
    }

    private func group(_ node: LayoutNode, _ members: [PhysicalVolume]) throws -> VolumeGroup {
        try checkName(node)
        for member in nodes where members.contains(where: { $0.name == member.name }) {
            _ = try options(of: member, known: [:])
        }
        var group = VolumeGroup(name: node.name, physicalVolumes: members)
        let words = try options(of: node, known: ["-s": "size", "--physicalextentsize": "size"])
        if let text = words["size"] {
            guard let size = Self.size(text, bareUnit: "m"), size >= .kibibytes(4),
                size.bytes.nonzeroBitCount == 1
            else {
                throw refusal(
                    node, "has extents of '\(text)'", at: "options",
                    hint: "The size of an extent is a power of two, such as 4M.")
            }
            group.extentSize = size
        }
        group.logicalVolumes = try (children[node.name] ?? [])
            .filter { $0.kind == .logicalVolume }.map { try logicalVolume($0, in: group) }
        guard !group.logicalVolumes.isEmpty else {
            throw refusal(
                node, "has no logical volume", hint: "Add one to 'lvs', with 'base: \(node.name)'.")
        }
        return group
    }

    private func logicalVolume(
        _ node: LayoutNode, in group: VolumeGroup
    ) throws -> LogicalVolume {
        try checkName(node)
        let words = try options(
            of: node,
            known: [
                "-i": "stripes", "--stripes": "stripes", "-I": "unit", "--stripesize": "unit",
                "--type": "type", "-Z": "", "--zero": "", "-W": "", "--wipesignatures": "",
            ])
        let type = try text(node, "type") ?? words["type"] ?? "linear"
        guard ["linear", "striped"].contains(type) else {
            throw refusal(
                node,
                "has the type '\(type)', which cannot be made without the kernel's device-mapper",
                at: node.settings["type"] == nil ? "options" : "type",
                hint: "Use a linear volume, or a striped one: 'options: [--stripes, \"2\"]'.")
        }
        guard node.settings["thin-pool"] == nil else {
            throw refusal(
                node, "names a pool, and its type is '\(type)'", at: "thin-pool",
                hint: "Leave the pool out.")
        }
        var volume = LogicalVolume(name: node.name, size: try size(of: node))
        if let text = words["stripes"] {
            guard let count = Int(text), (1...128).contains(count),
                count <= group.physicalVolumes.count
            else {
                throw refusal(
                    node,
                    "has '\(text)' stripes, and its group \(group.physicalVolumes.count)"
                        + " physical volumes", at: "options",
                    hint: "A stripe needs a physical volume of its own.")
            }
            volume.stripes = count
        }
        if let text = words["unit"] {
            guard let size = Self.size(text, bareUnit: "k"), size >= .kibibytes(4),
                size <= group.extentSize, size.bytes.nonzeroBitCount == 1
            else {
                throw refusal(
                    node, "has stripes of '\(text)'", at: "options",
                    hint: "A power of two from 4k to the size of an extent, \(group.extentSize).")
            }
            volume.stripeSize = size
        }
        volume.volume = try content(of: node)
        return volume
    }

    private func size(of node: LayoutNode) throws -> LogicalVolume.Size {
        if let size = try size(node, "size") {
            guard node.settings["extents"] == nil else {
                throw refusal(
                    node, "has a size and a number of extents", at: "extents",
                    hint: "Leave one of them out.")
            }
            return .absolute(size)
        }
        guard let text = try text(node, "extents") else {
            throw refusal(
                node, "has neither a size nor a number of extents",
                hint: "Add 'size: 2GiB', or 'extents: 100%FREE' for all that is left.")
        }
        guard let size = LogicalVolume.Size(extents: text) else {
            throw refusal(
                node, "has the extents '\(text)'", at: "extents",
                hint: "Write a number, or a share such as 40%VG or 100%FREE.")
        }
        return size
    }

    /// A size as lvm(8) takes it: the letters of units mean powers of two, whatever their case.
    private static func size(_ text: String, bareUnit: Character) -> ByteCount? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).lowercased()
        let shifts: [String: Int64] = ["b": 0, "s": 9, "k": 10, "m": 20, "g": 30]
        guard let count = Int64(digits), count > 0, count < 1 << 40,
            let shift = shifts[unit.isEmpty ? String(bareUnit) : unit],
            count.leadingZeroBitCount > shift
        else { return nil }
        return ByteCount(count << shift)
    }

    private func checkName(_ node: LayoutNode) throws {
        let name = node.name
        let isClean = name.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "+_.-".contains($0))
        }
        guard isClean, !name.hasPrefix("-"), name.utf8.count <= Self.longestName,
            !Self.reservedNames.contains(name),
            node.kind != .logicalVolume || !Self.reservedParts.contains(where: name.contains)
        else {
            throw refusal(
                node, "has a name that LVM does not take", at: "name",
                hint: "Use letters, digits and the characters + _ . -, and no word of LVM's own.")
        }
    }

    /// The values of the words that say something about the layout, by what `known` calls them.
    ///
    /// Words that tell lvm(8) not to ask are passed over; of a name that is known as "" the value, too.
    private func options(
        of node: LayoutNode, known: [String: String]
    ) throws -> [String: String] {
        guard let value = node.settings["options"] else { return [:] }
        let words = (value.list ?? [value]).flatMap { item in
            (item.text ?? "").split(separator: " ").map(String.init)
        }
        var values: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            if ["-f", "-ff", "--force", "-y", "--yes", "-q", "--quiet", "-an"].contains(word) {
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            var name = parts.first ?? ""
            var text = parts.count > 1 ? parts[1] : nil
            // A short option may have its value right behind it.
            if known[name] == nil, !name.hasPrefix("--"), name.count > 2 {
                text = String(name.dropFirst(2))
                name = String(name.prefix(2))
            }
            guard let key = known[name] else {
                throw refusal(
                    node, "has the option '\(word)', which dibhost does not know", at: "options",
                    hint: known.isEmpty
                        ? "Leave it out."
                        : "Known are: \(known.keys.sorted().joined(separator: ", ")).")
            }
            guard let found = text ?? rest.popFirst() else {
                throw refusal(
                    node, "has the option '\(word)' without a value", at: "options",
                    hint: "Add the value.")
            }
            if !key.isEmpty { values[key] = found }
        }
        return values
    }
}

extension YAMLNode {
    /// The texts of a list, or the one text that it is.
    fileprivate var names: [String] { (list ?? [self]).compactMap(\.text) }
}
