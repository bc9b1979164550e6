// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import LinuxSystem
import Planning
internal import SystemPackage

/// The folders of a dry run, in memory, and the small operating system that hooks work on.
///
/// The system's own files are made here. Its programs are the build host's: /usr is an overlay over the host's, so that
/// hooks can run commands in the chroot and change what is there.
struct TrialTree {
    /// For the hook of phase root: an empty folder.
    let empty: FilePath
    /// For the hooks of all other phases.
    let tree: FilePath
    let cache: FilePath
    let scratch: FilePath

    private static let folders = [
        "boot", "dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys", "usr",
        "var/cache", "var/lib", "var/log", "var/spool",
    ]

    /// Makes everything in the empty folder `place`, on which memory is mounted first.
    static func make(
        in place: FilePath, of world: TrialWorld, for order: TrialOrder
    ) throws -> TrialTree {
        let memory = try Mount.fileSystem("tmpfs", source: "dibhost", options: ["mode=755"])
        let folder = try FileDescriptor.open(place, .readOnly, options: .directory)
        try folder.closeAfter { try memory.attach(to: folder) }
        memory.leaveInPlace()
        let root = try TreeRoot(place)
        for name in ["empty", "tree", "cache", "scratch"] { try root.makeFolder(name) }
        let made = TrialTree(
            empty: place.appending("empty"), tree: place.appending("tree"),
            cache: place.appending("cache"), scratch: place.appending("scratch"))
        // What hooks do there as the user has to succeed, as in a build.
        for folder in [made.cache, made.scratch] {
            guard chown(folder.string, order.user.id, order.user.group) == 0 else {
                throw Errno(rawValue: errno)
            }
        }
        let tree = try TreeRoot(made.tree)
        try made.fill(tree, distribution: order.manifest.distributions.first ?? "debian")
        try made.addPrograms(tree, world, layers: place)
        try ChrootMounts.attach(to: tree).leaveInPlace()
        try TrialWorld.protectKernelSettings(in: tree)
        return made
    }

    private func fill(_ tree: TreeRoot, distribution: String) throws {
        for folder in Self.folders { try tree.makeFolder(folder) }
        try tree.makeFolder("root", mode: 0o700)
        for folder in ["tmp", "var/tmp"] { try tree.makeFolder(folder, mode: 0o1777) }
        let files = [
            "etc/os-release": "ID=\(distribution)\nNAME=\"A tree for dry runs\"\nVERSION_ID=0\n",
            "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
            "etc/group": "root:x:0:\ntty:x:5:\n",
            "etc/hostname": "localhost\n",
            "etc/hosts": "127.0.0.1 localhost\n",
            "etc/fstab": "",
            "etc/machine-id": "",
        ]
        for (path, text) in files { try tree.write(text.utf8, to: path) }
        try tree.write("root:*:20000:0:99999:7:::\n".utf8, to: "etc/shadow", mode: 0o640)
    }

    /// The host's /usr, and the folders beside it that are not merged into /usr yet.
    private func addPrograms(
        _ tree: TreeRoot, _ world: TrialWorld, layers: FilePath
    ) throws {
        for name in ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            let host = FilePath("/").appending(name)
            if let target = SymbolicLink.target(of: host) {
                try tree.makeLink(name, to: target.string)
            } else if access(host.string, F_OK) == 0 {
                try tree.makeFolder(name)
                try Self.cover(
                    tree, name, with: try world.hostFolder(host),
                    in: layers.appending("layer-\(name)"))
            }
        }
        // Programs such as awk are links into this folder; the loader looks into the cache.
        for name in ["alternatives", "ld.so.cache"] {
            let host = "/etc/\(name)"
            guard access(host, F_OK) == 0 else { continue }
            try Command("cp", ["-a", host, tree.path.appending("etc").string]).checkedOutput()
        }
    }

    private static func cover(
        _ tree: TreeRoot, _ name: String, with lower: FileDescriptor, in layer: FilePath
    ) throws {
        try lower.closeAfter {
            let mount = try OverlayMount.make(lower: lower, in: layer, source: "dibhost-check")
            try tree.attach(mount, over: name)
            mount.leaveInPlace()
        }
    }
}
