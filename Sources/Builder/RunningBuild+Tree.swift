// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// The build's own work in the target tree.
extension RunningBuild {
    /// Checks that the root phase made a root file system.
    ///
    /// - Throws: `BuildError` when the tree is empty but for lost+found and tmp.
    func checkRoot() throws {
        try steps.run(.checkRoot) {
            let names = try FolderListing.entries(of: folders.tree).map(\.name)
            guard names.contains(where: { !$0.hasPrefix("lost+found") && !$0.hasSuffix("tmp") })
            else {
                throw BuildError(
                    .buildFailed, "the target tree is empty after phase root",
                    hint: "Add an element whose root hook makes a root file system, such as debian."
                )
            }
            try raiseSourceDate()
        }
    }

    /// Gives the tree the host's resolv.conf until `cleanTree`.
    func useHostResolver() throws {
        try ResolverFile.install(in: tree)
    }

    /// Runs `body` with /proc, /sys and /dev mounted in the tree.
    ///
    /// What hooks mounted below the tree is undone with them, and logged.
    func withChroot(_ body: () throws -> Void) throws {
        let mounts = try steps.run(.openChroot) {
            try ChrootMounts.attach(
                to: try tree, bindsHostDevices: plan.request.bindsHostDevices)
        }
        if !plan.request.bindsHostDevices {
            for device in devices {
                try DeviceNode.copy(device.path, into: mounts.deviceFolder)
                guard let name = device.mapperName else { continue }
                try DeviceNode.link("mapper/\(name)", to: device.path, in: mounts.deviceFolder)
            }
        }
        do {
            try body()
        } catch {
            // What still runs in the chroot holds its mounts.
            _ = try? LeftoverProcesses.endAll()
            throw error
        }
        try mounts.detach()
        try steps.run(.closeChroot) {
            let own = volumes.map { folders.tree.appending(String($0.dropFirst())) }
            for path in try MountTable.unmountAll(below: folders.tree, except: own) {
                note("undid the mount '\(path)' that a hook made")
            }
        }
    }

    /// Checks that the hook that just ended left the image's file systems, if they are mounted, in place.
    func checkVolumes() throws {
        guard !devices.isEmpty else { return }
        let mounted = Set(try MountTable.entries().map(\.path))
        for point in ["/"] + volumes
        where !mounted.contains(folders.tree.pushing(FilePath(String(point.dropFirst())))) {
            throw BuildError(
                .buildFailed, "the hook unmounted the image's file system at '\(point)'",
                hint: "Let the hook leave it in place: dibhost unmounts it after the last one.")
        }
    }

    /// Writes /etc/fstab and /etc/crypttab when the layout asks for lines in them; what the tree had there is replaced.
    func writeMountTable() throws {
        let files = layout.tableFiles
        guard !files.isEmpty else { return }
        try steps.run(.writeMountTable) {
            let tree = try tree
            try tree.makeFolder("/etc")
            for (path, text) in files { try tree.write(Array(text.utf8), to: path) }
        }
    }

    /// Gives the tree its own resolv.conf back and empties /tmp and the logs.
    func cleanTree() throws {
        try steps.run(.cleanTree) {
            let tree = try tree
            try ResolverFile.restore(in: tree)
            try TreeCleaning.clean(tree)
        }
    }

    /// The digest of each element's file or folder, by its name.
    func elementDigests() throws -> [String: String] {
        let native = nativeElements
        let legacy = plan.elements.map(\.description).filter { $0.kind == .legacy }
        let digests =
            try FileDigests.sha256(of: native.map { FilePath($0.path) }, limits: limits)
            + FileDigests.sha256(ofFolders: legacy.map { FilePath($0.path) }, limits: limits)
        return Dictionary(uniqueKeysWithValues: zip((native + legacy).map(\.name), digests))
    }

    /// Writes /etc/dibhost/build.json.
    func writeBuildRecord() throws {
        try steps.run(.writeBuildRecord) {
            let record = BuildRecord(plan: plan, digests: try elementDigests())
            let tree = try tree
            try tree.makeFolder("/etc")
            try tree.makeFolder("/etc/dibhost")
            try tree.write(Array(record.encoded().utf8), to: BuildRecord.path)
        }
    }

    /// Whether bash, which shell hooks run in, is where their PATH finds it.
    var hasShellInTree: Bool {
        get throws { try ["/bin/bash", "/usr/bin/bash"].contains { try tree.entry($0) != nil } }
    }
}
