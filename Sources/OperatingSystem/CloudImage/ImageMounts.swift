// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The file systems of a disk image while they are mounted: the root, and others at their places below it.
final class ImageMounts {
    /// Where the root is mounted.
    let root: String
    private let raw: String
    private let folder: String
    private let target: RootContext
    /// What `undo` unmounts, in the order of mounting.
    private var mounted: [String] = []
    /// The loop devices of btrfs partitions: a second device with the same file system would confuse the kernel.
    private var devices: [Int: String] = [:]

    /// Nothing is mounted yet; `folder` is for mount points.
    init(raw: String, folder: String, target: RootContext) {
        root = folder + "/image-root"
        self.raw = raw
        self.folder = folder
        self.target = target
    }

    /// Mounts a partition as the root if it holds an operating system.
    func mountRoot(_ partition: ImagePartition) throws -> Bool {
        try target.run("mkdir", ["-p", "--", root])
        // nil is the default subvolume, the root of openSUSE; the others are those of Fedora, Ubuntu and Debian.
        let subvolumes = partition.fileSystem == "btrfs" ? [nil, "root", "@", "@rootfs"] : [nil]
        for subvolume in subvolumes where try attach(partition, subvolume, to: root) {
            if try holdsSystem() { return true }
            try target.run("umount", ["--", root])
            mounted.removeLast()
        }
        return false
    }

    /// Mounts a partition below the root, or copies a vfat there, which the kernel may not know.
    ///
    /// - Returns: Whether it did; a path that is no folder of the image, or has a link in it, is left alone.
    func mount(
        _ partition: ImagePartition, subvolume: String? = nil, at path: String
    ) throws -> Bool {
        guard let point = try self.path(path, isFolder: true) else { return false }
        if partition.fileSystem == "vfat" {
            let copy = "\(folder)/image-vfat-\(partition.number)"
            try copyFiles(of: partition, to: copy)
            try target.run("mount", ["--bind", "--", copy, point])
            mounted.append(point)
            return true
        }
        guard try attach(partition, subvolume, to: point) else {
            throw ElementError(
                "cannot mount partition \(partition.number) of the image (\(partition.fileSystem)) at '\(path)'",
                hint: "The log holds mount's message.")
        }
        return true
    }

    /// The text of the root's /etc/fstab.
    func fileSystemTable() throws -> String {
        guard let file = try path("/etc/fstab", isFolder: false) else { return "" }
        return try target.output(of: "cat", ["--", file])
    }

    /// Unmounts all, the last one first.
    func undo() throws {
        while let point = mounted.last {
            try target.run("umount", ["--", point])
            mounted.removeLast()
        }
    }

    private func holdsSystem() throws -> Bool {
        // Links are not followed: absolute ones would lead to the build host's.
        let script = """
            for file in usr/lib/os-release etc/os-release; do
                if [ -f "$1/$file" ] || [ -L "$1/$file" ]; then exit 0; fi
            done
            exit 1
            """
        return try target.result(of: "/bin/sh", ["-c", script, "sh", root]).end.isSuccess
    }

    /// The path on the build host of an entry of the image; nil where a part of it is a link or not there.
    private func path(_ path: String, isFolder: Bool) throws -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard !parts.contains(".."), !parts.contains(".") else { return nil }
        let script = """
            path=$1 kind=$2
            shift 2
            for part; do
                path=$path/$part
                [ ! -L "$path" ] || exit 1
            done
            test "$kind" "$path"
            """
        let arguments = ["-c", script, "sh", root, isFolder ? "-d" : "-f"] + parts
        guard try target.result(of: "/bin/sh", arguments).end.isSuccess else { return nil }
        return root + "/" + parts.joined(separator: "/")
    }

    /// Mounts a partition read-only, without replaying its journal.
    private func attach(
        _ partition: ImagePartition, _ subvolume: String?, to point: String
    ) throws -> Bool {
        var options = ["ro"]
        switch partition.fileSystem {
        case "xfs": options += ["nouuid", "norecovery"]
        case "ext3", "ext4": options.append("noload")
        case "btrfs": options.append("rescue=nologreplay")
        default: break
        }
        var source = raw
        if partition.fileSystem == "btrfs" {
            source = try device(of: partition, options)
            if let subvolume { options.append("subvol=/" + subvolume) }
        } else {
            options += ["loop", "offset=\(partition.offset)", "sizelimit=\(partition.size)"]
        }
        let (end, _) = try target.result(
            of: "mount",
            ["-t", partition.fileSystem, "-o", options.joined(separator: ","), "--", source, point])
        if end.isSuccess { mounted.append(point) }
        return end.isSuccess
    }

    /// The loop device of a btrfs, which a mount of its top level keeps as long as the others last.
    private func device(of partition: ImagePartition, _ options: [String]) throws -> String {
        if let known = devices[partition.number] { return known }
        let point = "\(folder)/image-btrfs-\(partition.number)"
        try target.run("mkdir", ["-p", "--", point])
        let range = ["loop", "offset=\(partition.offset)", "sizelimit=\(partition.size)"]
        let all = (options + ["subvolid=5"] + range).joined(separator: ",")
        try target.run("mount", ["-t", "btrfs", "-o", all, "--", raw, point])
        mounted.append(point)
        let source = try target.output(
            of: "findmnt", ["--noheadings", "--nofsroot", "--output", "SOURCE", point])
        devices[partition.number] = source.filter { !$0.isWhitespace }
        return try device(of: partition, options)
    }

    private func copyFiles(of partition: ImagePartition, to copy: String) throws {
        let script = """
            set -eu
            command -v mcopy >/dev/null || exit 99
            rm -rf "$2"
            mkdir "$2"
            export MTOOLS_SKIP_CHECK=1
            if [ -n "$(mdir -b -i "$1" ::)" ]; then
                mcopy -s -n -m -i "$1" '::*' "$2/"
            fi
            chown -R 0:0 "$2"
            chmod -R u=rwX,go=rX "$2"
            """
        let (end, _) = try target.result(
            of: "/bin/sh", ["-c", script, "sh", "\(raw)@@\(partition.offset)", copy])
        guard end != .exited(99) else {
            throw ElementError(
                "reading a vfat of the image needs the program 'mcopy'",
                hint: "Install the Debian package mtools.")
        }
        guard end.isSuccess else {
            throw ElementError(
                "cannot read the vfat in partition \(partition.number) of the image: mcopy ended with \(end)",
                hint: "The log holds its message.")
        }
    }
}
