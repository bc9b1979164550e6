// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The disk layout of a request.
///
/// A layout comes from DIB_BLOCK_DEVICE_CONFIG, else from the first element that brings one: a shell element in a file
/// block-device-ARCHITECTURE.yaml or block-device-default.yaml, a native one in its manifest. Else it is one of dibhost's
/// own: the root file system alone, or in the only partition of a disk when an element provides 'block-device'.
struct LayoutPlanner {
    let request: BuildRequest
    let resolved: ResolvedElements
    let parameters: [BuildPlan.PlannedParameter]

    static func layout(
        _ request: BuildRequest, _ resolved: ResolvedElements,
        _ parameters: [BuildPlan.PlannedParameter]
    ) throws -> DiskLayout {
        let planner = LayoutPlanner(
            request: request, resolved: resolved, parameters: parameters)
        return try planner.completed(try planner.configured() ?? planner.standard())
    }

    /// The layout that the text of a hook of `element` describes, in place of `old`.
    func edited(_ old: DiskLayout, by element: String, _ text: String) throws -> DiskLayout {
        let source = YAMLSource(kind: "disk layout", name: element, text: text)
        var layout = try LayoutBuilder.layout(source, try defaults())
        layout.freePercent = old.freePercent
        layout.element = old.element
        layout.source = old.source
        layout.editors = old.editors.filter { $0 != element } + [element]
        return try completed(layout)
    }

    /// The layout with what follows from the rest of the request; refused where it cannot be built.
    private func completed(_ layout: DiskLayout) throws -> DiskLayout {
        var layout = layout
        layout.extraSize = layout.rootDisk?.size == nil ? request.imageExtraSize : nil
        layout.firmware = try firmware(of: layout)
        layout.growth = try GrowthPlanner(layout: layout, request: request).growth()
        try layout.checkKeys(request.encryptionKeys)
        return layout
    }

    /// Empty where a shell element installs its boot loader itself, on the mounted image.
    private func firmware(of layout: DiskLayout) throws -> [Firmware] {
        guard let element = resolved.provider(of: "bootloader"), element.kind == .native else {
            return []
        }
        func value(of name: String) -> String? {
            parameters.first { $0.element == element.name && $0.name == name }?.value
        }
        return try BootPlanner(
            layout: layout, element: element, wish: value(of: BootPlanner.parameter),
            needsUEFI: value(of: BootPlanner.secureBootParameter) == "true", request: request
        ).firmware()
    }

    // MARK: From a configuration

    private func configured() throws -> DiskLayout? {
        if let source = request.diskConfiguration {
            return try LayoutBuilder.layout(source, try defaults())
        }
        for planned in resolved.elements {
            let element = planned.description
            if let source = element.layout(for: request.architecture) {
                var layout = try LayoutBuilder.layout(source, try defaults())
                layout.element = element.name
                return layout
            }
            if let source = element.manifest?.layout(for: request.architecture) {
                return try layout(source, of: element)
            }
        }
        return nil
    }

    /// The layout of a native element, which leaves type and label of the root file system to the user.
    private func layout(
        _ source: YAMLSource, of element: ElementDescription
    ) throws -> DiskLayout {
        var defaults = try defaults()
        defaults.rootLabel = try standardLabel(of: defaults.rootType)
        defaults.diskSize = nil
        if defaults.rootType.isExtended { defaults.rootOptions = "errors=remount-ro" }
        var layout = try LayoutBuilder.layout(source, defaults)
        layout.element = element.name
        layout.source = nil
        layout.size = layout.size ?? request.imageSize
        try checkSize(of: layout)
        return layout
    }

    private func defaults() throws -> LayoutBuilder.Defaults {
        var defaults = LayoutBuilder.Defaults()
        defaults.rootType = try rootType()
        defaults.rootLabel = rootLabel
        defaults.diskSize = request.imageSize
        defaults.architecture = request.architecture
        if let text = request.environment["DIB_BLOCK_SIZE"], !text.isEmpty {
            guard let size = Int64(text), [512, 4096].contains(size) else {
                throw BuildError(
                    .refused, "DIB_BLOCK_SIZE '\(text)' is no size of a disk's blocks",
                    hint: "Use 512 or 4096.")
            }
            defaults.blockSize = size
        }
        return defaults
    }

    private var rootLabel: String? {
        if let label = request.rootLabel { return label }
        return request.environment["ROOT_LABEL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func rootType() throws -> FileSystemType {
        guard let text = request.environment["FS_TYPE"], !text.isEmpty else { return .ext4 }
        let types = FileSystemType.allCases.filter(\.canHoldRoot)
        guard let type = FileSystemType(named: text), types.contains(type) else {
            throw BuildError(
                .refused, "FS_TYPE '\(text)' is no file system for the root",
                hint: "Known are: \(types.map(\.rawValue).joined(separator: ", ")).")
        }
        return type
    }

    // MARK: Our own

    private func standard() throws -> DiskLayout {
        let type = try rootType()
        let label = try standardLabel(of: type)
        let owner = resolved.provider(of: "block-device")
        let layout = DiskLayout(
            table: owner == nil ? .none : .mbr, type: type, label: label, size: request.imageSize,
            element: owner?.name)
        try checkSize(of: layout)
        return layout
    }

    /// The label that the user named, else the original's.
    private func standardLabel(of type: FileSystemType) throws -> String {
        let label = rootLabel ?? (type == .xfs ? "img-rootfs" : "cloudimg-rootfs")
        guard label.utf8.count <= type.longestLabel, !label.isEmpty else {
            throw BuildError(
                .refused, "root label '\(label)' has \(label.utf8.count) bytes",
                hint: "A label of \(type.rawValue) has 1 to \(type.longestLabel) bytes.")
        }
        return label
    }

    /// Refuses a size that leaves no room for a root file system of any contents.
    private func checkSize(of layout: DiskLayout) throws {
        guard let disk = layout.disks.first, let size = disk.size else { return }
        let least = Dictionary(
            uniqueKeysWithValues: disk.volumes.map { ($0.name, Self.leastSize(of: $0)) })
        let smallest: ByteCount
        do throws(DiskGeometry.Fault) {
            let fitted = try DiskGeometry.fitting(disk, least)
            var needs = [disk.volumes.first.map(Self.leastSize) ?? .zero]
            if let table = fitted.table {
                needs = []
                for partition in table.partitions {
                    needs.append(try fitted.leastSize(of: partition, holding: least))
                }
            }
            smallest = try DiskGeometry.smallestSize(of: fitted, holding: needs)
        } catch {
            throw BuildError(
                .refused, "'\(error.name)' of the disk's layout \(error.problem)",
                hint: "Ask the author of element '\(layout.element ?? "")' for a larger one.")
        }
        guard size < smallest else { return }
        throw BuildError(
            .refused, "image size \(size) is too small",
            hint: "The least that can be built is \(smallest).")
    }

    /// Below 16 MiB no ext file system with a journal holds an operating system, whatever is in the tree.
    private static func leastSize(of volume: Volume) -> ByteCount {
        volume.mountPoint == "/"
            ? max(.mebibytes(16), volume.leastSize) : volume.leastSize
    }
}

extension DiskLayout {
    /// Refuses a layout that an element brings and that cannot be built, whatever the user asks for.
    ///
    /// - Throws: `BuildError` with status 2 that names the place.
    package static func check(_ source: YAMLSource, architecture: String) throws {
        var defaults = LayoutBuilder.Defaults()
        defaults.architecture = architecture
        _ = try LayoutBuilder.layout(source, defaults)
    }
}
