// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The build host as a dry run sees it: all its files, below a layer in memory that takes every change.
///
///     /                each file system of the host under an overlay of its own
///     /proc            the processes of this check; kernel settings read-only
///     /sys             read-only
///     /dev             the harmless nodes; no disk of the host's
///
/// All of it is in the mount namespace of this process, and gone with it. This keeps accidents from the host, and shows
/// them; a hostile plugin with root's rights can get around it, as it could in a build.
struct TrialWorld {
    /// One file system of the host: the folder that it is mounted on, its own files, and what was changed.
    struct Layer {
        let place: FilePath
        let lower: FileDescriptor
        let upper: FileDescriptor
    }

    let layers: [Layer]

    /// A folder of the host's own, below the layers.
    ///
    /// The kernel stacks two overlays at the most, and the host's root may be one already.
    func hostFolder(_ path: FilePath) throws -> FileDescriptor {
        let layer = layers.filter { path.starts(with: $0.place) }
            .max { $0.place.components.count < $1.place.components.count }
        guard let layer else { throw Errno.noSuchFileOrDirectory }
        let rest = path.components.dropFirst(layer.place.components.count)
        return try layer.lower.openBelow(rest.map(\.string).joined(separator: "/") + "/.")
    }

    /// This namespace has no use for the host's sysfs, and every machine has the folder.
    private static let memory: FilePath = "/sys"
    private static let root: FilePath = "/sys/root"
    private static let kernelFolders: [FilePath] = ["/proc", "/sys", "/dev"]
    private static let withoutFiles: Set<String> = [
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts",
        "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore",
        "rpc_pipefs", "securityfs", "sysfs", "tracefs",
    ]

    /// Makes the world and makes it this process's root.
    ///
    /// - Throws: `BuildError` when the kernel does not allow it.
    static func enter() throws -> TrialWorld {
        let places = try hostPlaces()
        let scratch = try Mount.fileSystem("tmpfs", source: "dibhost", options: ["mode=755"])
        try attach(scratch, to: try folder(memory))
        try TreeRoot(memory).makeFolder("root")
        var layers: [Layer] = []
        for (number, place) in places.enumerated() {
            if let layer = try add(place.path, place.file, number: number) { layers.append(layer) }
        }
        let tree = try TreeRoot(root)
        try ChrootMounts.attach(to: tree).leaveInPlace()
        try protectKernelSettings(in: tree)
        try tree.descriptor.becomeRootFolder()
        return TrialWorld(layers: layers)
    }

    /// Makes kernel settings read-only that are the host's own, in the /proc of a tree.
    static func protectKernelSettings(in tree: TreeRoot) throws {
        for path in ["/proc/sys", "/proc/irq", "/proc/bus", "/proc/sysrq-trigger"] {
            do {
                let file = try tree.descriptor.openBelow(path)
                try attach(try Mount.copy(of: file, attributes: .readOnly), to: file)
            } catch Errno.noSuchFileOrDirectory, Errno.permissionDenied {
                // Not every kernel has all of them.
            }
        }
    }

    // MARK: Parts

    /// The mount points with files of the host's, each opened before anything covers it; parents come first.
    private static func hostPlaces() throws -> [(path: FilePath, file: FileDescriptor)] {
        var paths: Set<FilePath> = ["/"]
        for entry in try MountTable.entries() where !withoutFiles.contains(entry.type) {
            guard !kernelFolders.contains(where: { entry.path.starts(with: $0) }) else { continue }
            paths.insert(entry.path)
        }
        return paths.sorted { $0.string < $1.string }.compactMap { path in
            // One that another mount covers, or a user's own that is closed to root (FUSE): hooks do without.
            let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            return file.map { (path, $0) }
        }
    }

    /// Puts one file system of the host at its place in the new world.
    private static func add(
        _ path: FilePath, _ file: FileDescriptor, number: Int
    ) throws -> Layer? {
        do {
            let target = try folder(root).openBelow(path.string)
            if let layer = try addOverlay(path, file, over: target, number: number) { return layer }
            guard path != "/" else { throw Errno.notSupported }
            try attach(try Mount.copy(of: file, attributes: .readOnly), to: target)
            return nil
        } catch let error as Errno where error == .noSuchFileOrDirectory && path != "/" {
            // It lies on one that was left out.
            return nil
        } catch {
            throw BuildError(
                .environment, "cannot lay a layer over '\(path)' for the dry run",
                hint: "Look at the file alone with --static.", cause: "\(error)")
        }
    }

    /// Puts a layer over a file system; nil where it cannot have one.
    private static func addOverlay(
        _ place: FilePath, _ lower: FileDescriptor, over target: FileDescriptor, number: Int
    ) throws -> Layer? {
        guard try lower.stat().type == .directory else { return nil }
        let name = "layer-\(number)"
        do {
            let mount = try OverlayMount.make(
                lower: lower, in: memory.appending(name), source: "dibhost-check")
            try attach(mount, to: target)
        } catch let error as Errno where error == .invalidArgument {
            return nil
        }
        return Layer(
            place: place, lower: lower, upper: try folder(memory.appending("\(name)/upper")))
    }

    private static func folder(_ path: FilePath) throws -> FileDescriptor {
        try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
    }

    private static func attach(_ mount: consuming Mount, to target: FileDescriptor) throws {
        try mount.attach(to: target)
        mount.leaveInPlace()
    }
}
