// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The disk layout of a request.
///
/// A layout comes from DIB_BLOCK_DEVICE_CONFIG, else from the first element that brings a file
/// block-device-ARCHITECTURE.yaml or block-device-default.yaml, else it is one of dibhost's own: the root file system
/// alone, or in the only partition of a disk when an element provides 'block-device'.
struct LayoutPlanner {
    /// Below this no file system with a journal holds an operating system, whatever is in the tree.
    private static let smallestFileSystem = ByteCount.mebibytes(16)

    let request: BuildRequest
    let resolved: ResolvedElements

    static func layout(_ request: BuildRequest, _ resolved: ResolvedElements) throws -> DiskLayout {
        let planner = LayoutPlanner(request: request, resolved: resolved)
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
        // A shell element installs its boot loader itself, on the mounted image.
        layout.installsBootLoader =
            layout.table != .none && resolved.provider(of: "bootloader")?.kind == .native
        try LayoutSupport(layout: layout, resolved: resolved, request: request).check()
        return layout
    }

    // MARK: From a configuration

    private func configured() throws -> DiskLayout? {
        if let source = request.diskConfiguration {
            return try LayoutBuilder.layout(source, try defaults())
        }
        for planned in resolved.elements {
            let files = planned.description.layouts
            let names = [request.architecture, "default"].map { "block-device-\($0).yaml" }
            guard let source = names.compactMap({ files[$0] }).first else { continue }
            var layout = try LayoutBuilder.layout(source, try defaults())
            layout.element = planned.description.name
            return layout
        }
        return nil
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
        let label = rootLabel ?? (type == .xfs ? "img-rootfs" : "cloudimg-rootfs")
        guard label.utf8.count <= type.longestLabel, !label.isEmpty else {
            throw BuildError(
                .refused, "root label '\(label)' has \(label.utf8.count) bytes",
                hint: "A label of \(type.rawValue) has 1 to \(type.longestLabel) bytes.")
        }
        let owner = resolved.provider(of: "block-device")
        // A disk has its partition table and its boot loader in front of the first partition.
        let offset: ByteCount = owner == nil ? .zero : .mebibytes(1)
        if let size = request.imageSize, size < offset + Self.smallestFileSystem {
            throw BuildError(
                .refused, "image size \(size) is too small",
                hint: "The least that can be built is \(offset + Self.smallestFileSystem).")
        }
        return DiskLayout(
            table: owner == nil ? .none : .mbr, type: type, label: label, size: request.imageSize,
            element: owner?.name)
    }
}
