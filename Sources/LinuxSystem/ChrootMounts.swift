// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Diagnostics
internal import Glibc
package import SystemPackage

/// /proc, /sys and /dev of a target tree, as programs inside it expect them.
///
///     /proc           the processes of this build only (the builder's pid namespace)
///     /sys            read-only
///     /dev            null zero full random urandom tty console, ptmx, fd, stdin, stdout, stderr, shm
///     /dev/pts        an instance of its own
///
/// With the host's devices /dev and all that is mounted below it is the host's. A tree where one of
/// the three is a link, or lies behind one, is refused.
package struct ChrootMounts: ~Copyable {
    private let proc: Mount
    private let sys: Mount
    private let dev: Mount

    /// Mounts all of them over the tree's folders, which are made where they are missing.
    package static func attach(
        to tree: TreeRoot, bindsHostDevices: Bool = false
    ) throws -> ChrootMounts {
        let proc = try place(
            { () throws(Errno) in
                try .fileSystem("proc", attributes: [.noSetuid, .noDevices, .noPrograms])
            }, at: "/proc", of: tree)
        let sys = try place(
            { () throws(Errno) in
                try .fileSystem(
                    "sysfs", attributes: [.readOnly, .noSetuid, .noDevices, .noPrograms])
            }, at: "/sys", of: tree)
        let dev = try place(
            bindsHostDevices ? hostDevices : ownDevices, at: "/dev", of: tree)
        if !bindsHostDevices { try mountTerminals(in: dev) }
        return ChrootMounts(proc: proc, sys: sys, dev: dev)
    }

    private init(proc: consuming Mount, sys: consuming Mount, dev: consuming Mount) {
        self.proc = proc
        self.sys = sys
        self.dev = dev
    }

    /// The tree's /dev, for further device nodes.
    package var deviceFolder: FileDescriptor { dev.root }

    /// Leaves the mounts to the end of the namespace.
    package consuming func leaveInPlace() {
        let dev = self.dev
        let sys = self.sys
        let proc = self.proc
        dev.leaveInPlace()
        sys.leaveInPlace()
        proc.leaveInPlace()
    }

    /// Undoes the mounts; the tree's own folders of these names are seen again.
    package consuming func detach() throws {
        let dev = self.dev
        let sys = self.sys
        let proc = self.proc
        try dev.detach()
        try sys.detach()
        try proc.detach()
    }

    private static func place(
        _ make: () throws(Errno) -> Mount, at path: String, of tree: TreeRoot
    ) throws -> Mount {
        if try tree.entry(path) == nil { try tree.makeFolder(path) }
        guard let folder = try tree.realFolder(path) else {
            throw BuildError(
                .buildFailed, "cannot mount '\(path)' in the tree '\(tree.path)'",
                hint: "Find the element that makes it a link or a file: it has to be a folder.",
                cause: "it is no folder")
        }
        do throws(Errno) {
            let mount = try make()
            try mount.attach(to: folder.descriptor)
            return mount
        } catch {
            throw tree.error("mount", path, error)
        }
    }

    private static func hostDevices() throws(Errno) -> Mount {
        let number = open("/dev", clinux_o_path | O_DIRECTORY | O_CLOEXEC)
        let folder = try OwnedDescriptor(result: number < 0 ? -errno : number)
        return try .copy(of: folder.descriptor, recursively: true)
    }

    /// The character devices of every /dev: name, major and minor number, mode.
    private static let nodes: [(String, UInt32, UInt32, mode_t)] = [
        ("null", 1, 3, 0o666), ("zero", 1, 5, 0o666), ("full", 1, 7, 0o666),
        ("random", 1, 8, 0o666), ("urandom", 1, 9, 0o666), ("tty", 5, 0, 0o666),
        ("console", 5, 1, 0o600),
    ]

    private static let links = [
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"),
        ("stderr", "fd/2"),
    ]

    private static func ownDevices() throws(Errno) -> Mount {
        let mount = try Mount.fileSystem(
            "tmpfs", source: "dev", options: ["mode=755", "size=64m"],
            attributes: [.noSetuid])
        let folder = mount.root.rawValue
        for (name, major, minor, mode) in nodes {
            try check(mknodat(folder, name, S_IFCHR | mode, UInt(major << 8 | minor)))
            try check(fchmodat(folder, name, mode, 0))
        }
        for (name, target) in links { try check(symlinkat(target, folder, name)) }
        for (name, mode) in [("pts", mode_t(0o755)), ("shm", 0o1777)] {
            try check(mkdirat(folder, name, mode))
            try check(fchmodat(folder, name, mode, 0))
        }
        return mount
    }

    /// devpts goes on the /dev that is in place already; it goes away with it.
    private static func mountTerminals(in dev: borrowing Mount) throws {
        let number = openat(dev.root.rawValue, "pts", clinux_o_path | O_DIRECTORY | O_CLOEXEC)
        let folder = try OwnedDescriptor(result: number < 0 ? -errno : number)
        // Group 5 is tty wherever there is such a group.
        let mount = try Mount.fileSystem(
            "devpts", options: ["newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
            attributes: [.noSetuid, .noPrograms])
        try mount.attach(to: folder.descriptor)
        mount.leaveInPlace()
    }

    private static func check(_ result: Int32) throws(Errno) {
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
