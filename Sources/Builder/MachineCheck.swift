// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import LinuxSystem
internal import OrderedCollections
package import SystemPackage

/// What builds need of a machine, and whether it is there; changes nothing.
package struct MachineCheck {
    /// One thing that was looked at.
    package struct Finding: Codable, Equatable, Sendable {
        package enum State: String, Codable, Sendable {
            case ok
            /// Some builds need it.
            case warning
            /// No build works without it.
            case missing
        }
        package var name: String
        package var state: State
        /// A version, a size, or what is wrong.
        package var detail: String
        /// The Debian package that brings it.
        package var package: String?
        /// The command that mends it.
        package var remedy: String?

        package init(
            name: String, state: State, detail: String, package: String? = nil,
            remedy: String? = nil
        ) {
            self.name = name
            self.state = state
            self.detail = detail
            self.package = package
            self.remedy = remedy
        }
    }

    private let scratchFolder: FilePath
    private let path: String
    private let user: String
    private let isRoot = UserAccount.effectiveID == 0

    package init(scratchFolder: FilePath, path: String, user: String) {
        self.scratchFolder = scratchFolder
        self.path = path
        self.user = user
    }

    /// Looks at everything; a thing that is missing is a finding, not an error.
    package func findings() -> [Finding] {
        let rights = rootRights()
        return ownPrograms() + Self.tools.map(tool) + [
            rights, namespaces(hasRoot: rights.state == .ok),
        ]
            + [safePaths()] + Self.fileSystems.map(fileSystem) + [memory(), disk()]
    }

    /// The error for a machine where something is missing; nil when builds can start.
    ///
    /// Its hint is one command that mends what a command can mend.
    package static func failure(for findings: [Finding], isRoot: Bool) -> BuildError? {
        let missing = findings.filter { $0.state == .missing }
        guard !missing.isEmpty else { return nil }
        let packages = OrderedSet(missing.compactMap(\.package))
        let install =
            packages.isEmpty
            ? [] : ["apt-get install --yes \(packages.joined(separator: " "))"]
        let commands = install + missing.filter { $0.package == nil }.compactMap(\.remedy)
        let names = missing.map { "'\($0.name)'" }.joined(separator: ", ")
        return BuildError(
            .environment, "this machine lacks \(names)",
            hint: commands.isEmpty
                ? nil : "Run\(isRoot ? "" : " as root") \"\(commands.joined(separator: " && "))\".")
    }

    // MARK: Programs

    private struct Tool {
        var name: String
        var package: String
        var versionOption = "--version"
        var isForEveryBuild = true
    }

    private static let tools = [
        Tool(name: "mmdebstrap", package: "mmdebstrap"),
        Tool(name: "tar", package: "tar"),
        Tool(name: "mke2fs", package: "e2fsprogs", versionOption: "-V"),
        Tool(name: "e2fsck", package: "e2fsprogs", versionOption: "-V"),
        Tool(name: "qemu-img", package: "qemu-utils", isForEveryBuild: false),
        Tool(name: "pigz", package: "pigz", isForEveryBuild: false),
        Tool(
            name: "mksquashfs", package: "squashfs-tools", versionOption: "-version",
            isForEveryBuild: false),
        Tool(
            name: "mkfs.erofs", package: "erofs-utils", versionOption: "-V", isForEveryBuild: false),
        Tool(name: "bash", package: "bash"),
        Tool(name: "fstrim", package: "util-linux", isForEveryBuild: false),
        Tool(
            name: "mkfs.vfat", package: "dosfstools", versionOption: "--help",
            isForEveryBuild: false),
        Tool(name: "mcopy", package: "mtools", isForEveryBuild: false),
        Tool(
            name: "mkfs.xfs", package: "xfsprogs", versionOption: "-V", isForEveryBuild: false),
        Tool(name: "mkfs.btrfs", package: "btrfs-progs", isForEveryBuild: false),
        Tool(name: "cryptsetup", package: "cryptsetup-bin", isForEveryBuild: false),
    ]

    private func tool(_ tool: Tool) -> Finding {
        guard let file = HostProgram.find(tool.name, path: path) else {
            return Finding(
                name: tool.name, state: tool.isForEveryBuild ? .missing : .warning,
                detail: "not installed", package: tool.package,
                remedy: "apt-get install --yes \(tool.package)")
        }
        let command = Command(file.string, [tool.versionOption])
        var lines: [String] = []
        do {
            _ = try command.run(limits: .init(deadline: .seconds(10))) { line in
                if !line.isEmpty, lines.count < 100 { lines.append(line) }
            }
        } catch {
            return Finding(
                name: tool.name, state: .missing, detail: String(describing: error),
                package: tool.package)
        }
        // Some print their version among other things, and complain of the option that made them.
        let version = lines.first { $0.contains(/\d\.\d/) } ?? lines.first
        return Finding(
            name: tool.name, state: .ok, detail: version ?? file.string, package: tool.package)
    }

    // MARK: Rights and kernel

    private func rootRights() -> Finding {
        if isRoot { return Finding(name: "root", state: .ok, detail: "dibhost runs as root") }
        do {
            guard let failure = try RootRights.failure(user: user, path: path) else {
                return Finding(name: "root", state: .ok, detail: "sudo needs no password")
            }
            let detail = [failure.message, failure.cause].compactMap(\.self).joined(separator: ": ")
            return Finding(
                name: "root", state: .missing, detail: detail,
                remedy: RootRights.remedy(user: user))
        } catch {
            return Finding(
                name: "root", state: .missing, detail: String(describing: error),
                remedy: RootRights.remedy(user: user))
        }
    }

    /// Makes the namespaces of a build once, with root's rights where there are any.
    private func namespaces(hasRoot: Bool) -> Finding {
        let name = "namespaces"
        guard hasRoot else {
            return Finding(name: name, state: .warning, detail: "cannot be tried without root")
        }
        // Left alone, unshare changes the root's propagation, which a root that is no mount point has not.
        let arguments = [
            "--mount", "--propagation", "unchanged", "--pid", "--ipc", "--uts", "--fork", "/bin/sh",
            "-c", "mount --make-slave /proc && mount -t proc proc /proc",
        ]
        let command =
            isRoot
            ? Command("unshare", arguments) : Command("sudo", ["-n", "--", "unshare"] + arguments)
        do {
            try command.checkedOutput()
            return Finding(name: name, state: .ok, detail: "mount, pid, ipc, uts")
        } catch {
            return Finding(
                name: name, state: .missing,
                detail: BuildError(wrapping: error).detail ?? String(describing: error),
                package: nil, remedy: "sysctl user.max_mnt_namespaces user.max_pid_namespaces")
        }
    }

    private func safePaths() -> Finding {
        do {
            _ = try TreeRoot("/").contents("/proc/version")
            return Finding(name: "openat2", state: .ok, detail: "paths stay inside a tree")
        } catch {
            return Finding(
                name: "openat2", state: .missing,
                detail: "the kernel is older than 5.6, or a sandbox forbids the call")
        }
    }

    private static let fileSystems = ["tmpfs", "proc", "sysfs", "devpts", "ext4", "vfat", "xfs"]

    private func fileSystem(_ type: String) -> Finding {
        let known = (try? FileDescriptor.contents(of: "/proc/filesystems")) ?? []
        let isKnown = String(decoding: known, as: UTF8.self).split(separator: "\n")
            .contains { $0.split(separator: "\t").last.map(String.init) == type }
        return Finding(
            name: type, state: isKnown ? .ok : .warning,
            detail: isKnown
                ? "known to the kernel" : "not known to the kernel; its module may be loadable")
    }

    // MARK: Room

    private func memory() -> Finding {
        do {
            let free = try FreeSpace.memory()
            let isEnough = free >= WorkspacePlace.leastMemory
            return Finding(
                name: "memory", state: isEnough ? .ok : .warning,
                detail: "\(free) free"
                    + (isEnough ? "" : "; builds work on disk below \(WorkspacePlace.leastMemory)"))
        } catch {
            return Finding(name: "memory", state: .warning, detail: String(describing: error))
        }
    }

    /// An ordinary server's tree, image and compressed image.
    private static let leastDisk = ByteCount.gibibytes(4)

    private func disk() -> Finding {
        do throws(Errno) {
            let free = try FreeSpace.disk(scratchFolder)
            return Finding(
                name: "scratch folder", state: free >= Self.leastDisk ? .ok : .warning,
                detail: "\(free) free in '\(scratchFolder)'")
        } catch {
            return Finding(
                name: "scratch folder", state: .missing,
                detail: "'\(scratchFolder)': \(error.description)",
                remedy: "mkdir -p \(scratchFolder)")
        }
    }
}
