// SPDX-License-Identifier: Apache-2.0

internal import CElement

/// What a hook of the block-device phase can do: read the disk layout as it stands, and change it.
///
///     func blockDevice(_ target: BlockDeviceContext) throws {
///         try target.editLayout { layout in
///             try layout.updatePartition("root") { $0.size = .fitting }
///             let logs = Volume(type: .ext4, label: "logs", mount: VolumeMount("/var/log"))
///             try layout.add(Partition("logs", size: .rest, volume: logs))
///         }
///     }
///
/// dibhost checks the result when the hook has ended, like a layout that is read from a file. The mount table, the boot
/// loader, the values that later hooks see and the manifest follow it.
public struct BlockDeviceContext: HostContext {
    /// The connection to the host.
    public let services: HostServices

    /// The layout as it stands: as planned, with what earlier hooks and this one changed.
    ///
    /// - Throws: `ElementError` when this dibhost has no layouts for elements, or one that this ElementAPI cannot read.
    public var layout: DiskLayout { get throws { try services.layout } }

    /// Puts `layout` in place of the one that there is; of several calls the last one counts, when the hook succeeds.
    public func replaceLayout(_ layout: DiskLayout) throws {
        guard let replace = services.setDiskLayout else {
            throw services.missing("set_disk_layout")
        }
        let error = replace(services.state, layout.text)
        guard error == 0 else {
            throw ElementError("cannot replace the disk layout: \(systemText(error))")
        }
    }

    /// Changes the layout: `body` gets it as it stands, and what it leaves takes its place.
    ///
    /// - Throws: What `body` throws; nothing is changed then.
    public func editLayout(_ body: (inout DiskLayout) throws -> Void) throws {
        var layout = try layout
        try body(&layout)
        try replaceLayout(layout)
    }
}
