// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import PersistentStateManifest

/// Keeps paths of the image on a partition of its own, which begins behind all that an image may take of the disk, so
/// that writing another image over the beginning of the disk does not touch it.
///
/// The image does not hold that partition, unless the parameter `create` says so. A unit that runs before everything that uses the paths finds it on the disk
/// of the root file system, or makes it; the script beside this file says how it decides.
struct PersistentState: Element, CheckPhase, InstallPhase, BlockDevicePhase, FinalisePhase {
    /// Where the script lies in the image.
    static let scriptPath = "/usr/lib/dibhost/persistent-state"
    /// What the script, the deploy ramdisk and an audit read: lines that a shell and systemd understand.
    static let notePath = "/etc/dibhost/persistent-state"
    /// Where the file system of the state is mounted.
    static let mountPoint = "/var/lib/dibhost/state"

    private let settings: StateSettings

    /// Checks the parameters.
    init(_ parameters: Parameters) throws { settings = try StateSettings(parameters) }

    /// Refuses a layout in which the state has no place; `init` has refused parameters by then.
    func check(_ request: CheckContext) throws {
        var layout = try request.layout
        try StatePlace(settings).check(layout)
        try StatePlace(settings).take(in: &layout)
        if let disk = layout.rootDisk, layout.disks[disk].table == nil {
            request.log(
                "the image is a file system without a partition table: whoever writes it to a"
                    + " partition has to let that one end before byte \(settings.start)",
                level: .warning)
        }
    }

    /// Keeps the image below the state's place, and with create=build puts the state's partition there.
    func blockDevice(_ target: BlockDeviceContext) throws {
        try target.editLayout { layout in
            try StatePlace(settings).check(layout)
            try StatePlace(settings).take(in: &layout)
        }
    }

    /// Writes script, note and unit.
    func install(_ target: InstallContext) throws {
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(
            Self.scriptPath, String(cString: persistent_state_script()), mode: 0o755)
        try target.makeFolder("/etc/dibhost")
        try target.writeFile(Self.notePath, settings.note)
        try target.makeFolder(Self.mountPoint)
        try StateUnit(settings).install(target)
    }

    /// Makes sure that the machine will find what the script needs, when all elements have done their work.
    func finalise(_ target: FinaliseContext) throws {
        try checkPrograms(target)
        try checkMounts(target)
        for path in settings.paths { try makeFolder(path, target) }
        try GrowthLimit.set(target)
    }

    private func checkPrograms(_ target: FinaliseContext) throws {
        let found = try target.output(
            of: "/bin/sh",
            ["-c", "for name; do command -v \"$name\" >/dev/null || echo \"$name\"; done", "sh"]
                + settings.programs)
        let missing = found.split(separator: "\n")
        guard missing.isEmpty else {
            throw ElementError(
                "the image lacks '\(missing.joined(separator: "', '"))', which the state partition needs",
                hint:
                    "Add the packages that bring them with -p: util-linux (fdisk), e2fsprogs, xfsprogs."
            )
        }
        guard try target.exists("/usr/lib/systemd/systemd") else {
            throw ElementError(
                "the image has no systemd, which mounts the state before everything else",
                hint: "Use an operating-system element that has it, such as debian.")
        }
    }

    /// What /etc/fstab mounts at a path, or inside of it, would cover the state or be covered by it.
    private func checkMounts(_ target: FinaliseContext) throws {
        guard try target.exists("/etc/fstab") else { return }
        for line in try target.readFile("/etc/fstab").split(separator: "\n") {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 1, !fields[0].hasPrefix("#") else { continue }
            let point = String(fields[1])
            for path in settings.paths where point == path || point.hasPrefix(path + "/") {
                throw ElementError(
                    "'\(point)' has a line in /etc/fstab, and '\(path)' is kept on the state partition",
                    hint: "Leave out one of the two.")
            }
        }
    }

    /// Makes the folder unless the image has it; a link on the way would lead the mount elsewhere.
    private func makeFolder(_ path: String, _ target: FinaliseContext) throws {
        var part = ""
        for name in path.split(separator: "/") {
            part += "/\(name)"
            switch try target.kind(of: part) {
            case .folder: continue
            case nil: try target.makeFolder(part)
            default:
                throw ElementError(
                    "'\(path)' cannot be kept: '\(part)' in the image is no folder",
                    hint: "Give the path without links that lead to it.")
            }
        }
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(PersistentState.self, host)
}
