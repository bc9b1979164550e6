// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// What a partition, a logical volume or a disk holds, encrypted or not.
extension LayoutBuilder {
    /// Where a system must be able to read before it can decrypt anything.
    private static let plainPoints = ["/", "/boot", "/etc", "/usr"]

    /// The file system in `node`, or in the LUKS volume that is there.
    func content(of node: LayoutNode) throws -> Volume? {
        guard let luks = try child(.luks, of: node) else {
            return try child(.mkfs, of: node).map(volume)
        }
        if let format = try child(.mkfs, of: node) {
            throw refusal(
                format, "shares '\(node.name)' with a LUKS volume", at: "base",
                hint: "Base it on '\(luks.name)', or leave one of them out.")
        }
        guard let format = try child(.mkfs, of: luks) else {
            throw refusal(
                luks, "holds no file system", hint: "Add 'mkfs' with 'base: \(luks.name)'.")
        }
        var volume = try volume(format)
        try check(volume, in: luks, format)
        volume.encryption = try encryption(luks)
        return volume
    }

    private func check(_ volume: Volume, in luks: LayoutNode, _ format: LayoutNode) throws {
        guard volume.type != .vfat else {
            throw refusal(
                format, "is vfat, and lies in the LUKS volume '\(luks.name)'", at: "type",
                hint: "Firmware reads no encrypted vfat; use ext4, XFS, btrfs or swap.")
        }
        guard let point = volume.mountPoint,
            Self.plainPoints.contains(point) || point.hasPrefix("/boot/")
        else { return }
        throw refusal(
            luks, "holds '\(point)', which a system reads before it can decrypt anything",
            hint: "Encrypt what comes later, such as /home, /srv, /var and swap.")
    }

    private func encryption(_ node: LayoutNode) throws -> Encryption {
        let isClean = node.name.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "+_.-".contains($0))
        }
        guard isClean, !node.name.hasPrefix("-"), ![".", "..", "control"].contains(node.name),
            node.name.utf8.count <= Encryption.longestName
        else {
            throw refusal(
                node, "has a name that cannot be one below /dev/mapper", at: "name",
                hint: "Use letters, digits and + _ . -, \(Encryption.longestName) at most.")
        }
        var encryption = Encryption(name: node.name)
        if let uuid = try text(node, "uuid") {
            guard PartitionType.isGUID(uuid) else {
                throw refusal(
                    node, "has the uuid '\(uuid)', which is none", at: "uuid",
                    hint: "Write 32 hexadecimal digits as 8-4-4-4-12, or leave it out.")
            }
            encryption.uuid = uuid.lowercased()
        }
        if let path = try text(node, "key-file") {
            guard path.hasPrefix("/"), !path.contains(where: \.isWhitespace) else {
                throw refusal(
                    node, "has the key-file '\(path)'", at: "key-file",
                    hint: "Give the absolute path that the key has in the running system.")
            }
            encryption.keyFile = path
        }
        if let options = try text(node, "options") {
            guard !options.contains(where: \.isWhitespace) else {
                throw refusal(
                    node, "has options with a space", at: "options",
                    hint: "Options of crypttab(5) are separated by commas.")
            }
            encryption.options = options
        }
        return encryption
    }
}
