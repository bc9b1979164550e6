// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import DiskImage
internal import LinuxSystem
internal import OrderedCollections
package import Planning
internal import SystemPackage

/// What a plan needs of this machine, checked in the supervisor before the first side effect.
package struct Preflight {
    private let plan: BuildPlan
    private let path: String

    package init(plan: BuildPlan) {
        self.plan = plan
        path = plan.request.environment["PATH"] ?? ""
    }

    /// Checks folders, then programs, then rights.
    ///
    /// - Throws: `BuildError` with status 2 for what the user asked for, 3 for what the machine lacks.
    package func check() throws {
        try checkOutputs(plan.outputs)
        try checkScratch()
        try checkContainerManifest()
        try checkPrograms()
        try checkRights()
    }

    // MARK: Folders

    private func checkOutputs(_ outputs: [BuildPlan.PlannedOutput]) throws {
        for output in outputs {
            let path = FilePath(output.path)
            let name = path.lastComponent?.string ?? output.path
            let folder = path.removingLastComponent()
            try checkFolder(
                folder.isEmpty ? FilePath(".") : folder, "output folder",
                hint: "Run 'mkdir -p \(folder)'.")
            if let status = try? path.stat(), status.type == .directory {
                throw BuildError(
                    .refused, "output '\(output.path)' is a folder",
                    hint: "Give another name with -o, or remove the folder '\(name)'.")
            }
        }
    }

    private func checkContainerManifest() throws {
        guard plan.outputs.contains(where: { $0.format == .aci }),
            let path = plan.request.environment["ACI_MANIFEST"], !path.isEmpty
        else { return }
        do {
            _ = try FileDescriptor.contents(of: FilePath(path))
        } catch {
            throw BuildError(
                .refused, "ACI_MANIFEST '\(path)' cannot be read", cause: "\(error)")
        }
    }

    private func checkScratch() throws {
        try checkFolder(
            FilePath(plan.request.scratchFolder), "scratch folder",
            hint: "Set TMP_DIR to a folder that exists.")
    }

    private func checkFolder(_ folder: FilePath, _ what: String, hint: String) throws {
        let status: Stat
        do {
            status = try folder.stat()
        } catch .noSuchFileOrDirectory {
            throw BuildError(.refused, "\(what) '\(folder)' does not exist", hint: hint)
        } catch {
            throw BuildError(.refused, "\(what) '\(folder)' cannot be read", cause: "\(error)")
        }
        guard status.type == .directory else {
            throw BuildError(.refused, "\(what) '\(folder)' is no folder")
        }
        guard !HostProgram.isReadOnly(folder) else {
            throw BuildError(
                .refused, "\(what) '\(folder)' lies on a read-only file system",
                hint: "Choose another folder, or mount its file system for writing.")
        }
        guard mayWrite(folder, status) else {
            throw BuildError(
                .refused,
                "\(what) '\(folder)' is not writable for user '\(plan.request.user.name)'",
                hint: "Choose another folder, or change the owner or mode of this one.")
        }
    }

    /// Outputs belong to the invoking user, so that user's rights count where sudo gave this process root's.
    private func mayWrite(_ folder: FilePath, _ status: Stat) -> Bool {
        let user = plan.request.user
        guard user.id != UserAccount.effectiveID, user.id != 0 else {
            return HostProgram.mayWrite(in: folder)
        }
        let mode = status.permissions
        if status.userID.rawValue == user.id {
            return mode.isSuperset(of: [.ownerWrite, .ownerExecute])
        }
        if status.groupID.rawValue == user.group || user.groups.contains(status.groupID.rawValue) {
            return mode.isSuperset(of: [.groupWrite, .groupExecute])
        }
        return mode.isSuperset(of: [.otherWrite, .otherExecute])
    }

    // MARK: Programs

    private func checkPrograms() throws {
        try checkPrograms(programs)
    }

    /// Checks what a layout that a hook made needs: programs for its file systems, folders for `outputs`.
    func check(_ layout: DiskLayout, _ outputs: [BuildPlan.PlannedOutput]) throws {
        do {
            try checkOutputs(outputs)
            if plan.outputs.contains(where: \.format.isDiskImage) {
                try checkPrograms(Self.programs(for: layout))
            }
        } catch var error as BuildError {
            error.code = .buildFailed
            throw error
        }
    }

    private func checkPrograms(_ programs: [(String, String)]) throws {
        var missing: [(program: String, package: String)] = []
        for (program, package) in programs where HostProgram.find(program, path: path) == nil {
            guard !missing.contains(where: { $0.program == program }) else { continue }
            missing.append((program, package))
        }
        guard !missing.isEmpty else { return }
        let names = missing.map { "'\($0.program)'" }.joined(separator: ", ")
        let packages = OrderedSet(missing.map(\.package))
        throw BuildError(
            .environment, "missing program\(missing.count > 1 ? "s" : "") \(names)",
            hint: "Run 'apt-get install \(packages.joined(separator: " "))'.")
    }

    /// Whether a qcow2 is one that only qemu-img makes.
    private var usesQemuImage: Bool {
        !ImageConverter(options: .init(request: plan.request)).isNative
    }

    /// The programs that make and fill the volumes of a layout.
    private static func programs(for layout: DiskLayout) -> [(String, String)] {
        layout.volumes.flatMap { programs(for: $0.type) }
            + layout.encryptions.map { _ in ("cryptsetup", "cryptsetup-bin") }
    }

    /// The programs that make and fill a volume.
    private static func programs(for type: FileSystemType) -> [(String, String)] {
        switch type {
        case .ext2, .ext3, .ext4: [("mke2fs", "e2fsprogs")]
        case .xfs: [("mkfs.xfs", "xfsprogs")]
        case .btrfs: [("mkfs.btrfs", "btrfs-progs")]
        case .vfat: [("mkfs.vfat", "dosfstools"), ("mcopy", "mtools")]
        case .swap: []
        }
    }

    /// The programs that the plan's steps run, each with the Debian package that brings it.
    private var programs: [(String, String)] {
        var list: [(String, String)] = []
        if plan.outputs.contains(where: \.format.isDiskImage) {
            list += Self.programs(for: plan.layout)
        }
        if plan.outputs.contains(where: { $0.format == .qcow2 }), usesQemuImage {
            list.append(("qemu-img", "qemu-utils"))
        }
        let gzip = plan.request.environment["DIB_GZIP_BIN"]?.split(separator: " ").first
        list += plan.outputs.compactMap { output in
            if output.format == .tgz, let gzip {
                return gzip.contains("/") ? nil : (String(gzip), String(gzip))
            }
            return output.format.tool
        }
        if plan.elements.contains(where: { $0.description.kind == .legacy }) {
            list.append(("bash", "bash"))
        }
        for element in plan.elements {
            let tools = element.description.manifest?.tools ?? [:]
            list += tools.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        return list
    }

    // MARK: Rights

    private func checkRights() throws {
        let user = plan.request.user.name
        if let failure = try RootRights.failure(user: user, path: path) { throw failure }
    }
}
