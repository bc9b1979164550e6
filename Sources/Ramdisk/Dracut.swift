// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// The distribution's own way to an initramfs: its dracut, run in the tree.
///
/// It sees the tree with /proc, /sys and /dev in a mount namespace of its own, and with a folder of the build at /run, where
/// it leaves the files of the initramfs. The tree stays as it is.
struct Dracut {
    private static let programs = ["/usr/bin/dracut", "/usr/sbin/dracut"]

    /// Arguments: the tree, the folder for /run, the kernel's version.
    private static let script = """
        mount -t proc proc "$1/proc"
        mount --rbind /sys "$1/sys"
        mount --rbind /dev "$1/dev"
        mount --bind "$2" "$1/run"
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        exec chroot "$1" dracut --force --no-hostonly --no-hostonly-cmdline --no-early-microcode --reproducible \\
            --no-compress --keep --quiet --tmpdir /run --kver "$3" /run/initramfs
        """

    private let kernel: KernelModules
    private let element: String

    /// For one kernel; `element` is who wants it.
    init(_ kernel: KernelModules, element: String) {
        self.kernel = kernel
        self.element = element
    }

    /// Replaces `folder` by one with the files of the initramfs.
    ///
    /// - Throws: `BuildError` when the tree has no dracut, or with dracut's last lines.
    func write(to folder: FilePath, limits: Command.Limits) throws {
        let location = BuildError.Location(element: element, phase: Phase.ramdisk.rawValue)
        guard Self.programs.contains(where: { kernel.lookup.find($0) != nil }) else {
            throw BuildError(
                .buildFailed, "the tree has no dracut to make the ramdisk with",
                hint: "Install the package that brings it.", location: location)
        }
        let work = folder.removingLastComponent().appending("dracut")
        try NewFolder.make(work)
        defer { _ = Result { try TreeRoot(work.removingLastComponent()).remove("dracut") } }
        let command = Command(
            "unshare",
            [
                "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", Self.script, "sh",
                kernel.lookup.tree.string, work.string, kernel.version,
            ])
        let captured = try command.capture(limits: limits)
        let kept = try FolderListing.entries(of: work).map(\.name)
            .first { $0.hasPrefix("dracut.") }
        guard captured.status.isSuccess, let kept else {
            var error = command.failure(captured.status, lastLines: captured.errorLines)
            error.message = "dracut did not make an initramfs for the kernel '\(kernel.version)'"
            error.location = location
            throw error
        }
        try TreeRoot(folder.removingLastComponent()).remove(folder.lastComponent?.string ?? "")
        try Command("mv", [work.appending(kept).appending("initramfs").string, folder.string])
            .checkedOutput(limits: limits)
    }
}
