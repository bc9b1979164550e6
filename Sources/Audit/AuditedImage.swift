// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import SystemPackage

/// An audit of a disk image: of the system on it, and of what its /etc/fstab mounts, each under its place.
///
/// Another format than raw is unpacked to a file without a name first. Everything is read-only, and gone with this process.
package struct AuditedImage {
    /// What could not be looked at, a line each.
    package private(set) var notes: [String] = []
    package private(set) var report: AuditReport

    /// Audits the image at `path`; `scratch` is a folder with room for it unpacked.
    ///
    /// - Throws: `BuildError` when it is none, has no system, or cannot be read.
    package init(
        _ path: FilePath, scratch: FilePath, hostName: String, allowing allowed: Set<AuditRule>,
        limits: Command.Limits
    ) throws {
        report = AuditReport(allowing: allowed)
        let raw = try UnpackedImage(path, scratch: scratch, limits: limits)
        let image = raw?.path ?? path
        let parts = try PartitionList.of(image.string, limits: limits)
        var volumes: [AuditedVolume] = []
        for part in parts {
            if AuditedVolume.canMount(part) {
                do {
                    volumes.append(try AuditedVolume(part, of: image))
                } catch let error as BuildError
                    where part.type == "vfat" && error.code == .environment
                {
                    notes.append("\(part.title) was not looked at: \(error.message)")
                }
            } else if let type = part.type, type != "swap" {
                notes.append("\(part.title) was not looked at: it holds \(type)")
            }
        }
        let system = try Self.system(volumes, path)
        let places = try Self.places(in: TreeRoot(system.root))
        let accounts = try AccountFiles(TreeRoot(system.root))
        for volume in [system] + volumes.filter({ $0.part != system.part }) {
            let place = places.first { volume.part.names.contains($0.name) }?.path
            if place == nil, volume.part != system.part {
                notes.append("\(volume.part.title) is mounted nowhere; its paths begin at its root")
            }
            try TreeAudit(
                root: volume.root, prefix: place ?? "", hostName: hostName, allowing: allowed,
                interrupt: limits.interrupt
            ).run(accounts, &report)
        }
        withExtendedLifetime((raw, volumes, system)) {}
    }

    /// The file system with accounts or a name of a system on it.
    private static func system(
        _ volumes: [AuditedVolume], _ image: FilePath
    ) throws -> AuditedVolume {
        for volume in volumes {
            if try isSystem(volume) { return volume }
            if let inner = try volume.systemSubvolume(), try isSystem(inner) { return inner }
        }
        throw BuildError(
            .refused, "'\(image)' has no file system with /etc/passwd",
            hint: "Give the image of a whole system; encrypted ones and LVM cannot be looked at.")
    }

    private static func isSystem(_ volume: AuditedVolume) throws -> Bool {
        let root = try TreeRoot(volume.root)
        return try root.entry("/etc/passwd") != nil || root.entry("/etc/os-release") != nil
    }

    /// The mount points of /etc/fstab below "/", without the leading slash, fstab(5).
    private static func places(in root: TreeRoot) throws -> [(name: String, path: String)] {
        let text = String(decoding: try root.contents("/etc/fstab") ?? [], as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 1, !fields[0].hasPrefix("#"), fields[1].hasPrefix("/"),
                fields[1] != "/"
            else { return nil }
            return (fields[0].filter { $0 != "\"" }, String(fields[1].dropFirst()))
        }
    }
}
