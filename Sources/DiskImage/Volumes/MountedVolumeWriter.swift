// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Makes an XFS or a btrfs on a loop device and fills it while it is mounted.
///
/// Their own ways to fill without a mount lose hard links or extended attributes (mkfs.xfs -p) or are no more
/// reproducible (mkfs.btrfs --rootdir); so the bytes of these two differ from build to build.
struct MountedVolumeWriter {
    let image: FilePath
    let volume: Volume
    let range: ByteRange
    let blockSize: Int64
    let uuid: String
    let limits: Command.Limits

    /// Writes the volume into the image, which is open as `file`.
    func write(to file: FileDescriptor, tree: FilePath?, scratch: FilePath) throws {
        try TruncationMark.with(file, image) { try write(tree: tree, scratch: scratch) }
    }

    private func write(tree: FilePath?, scratch: FilePath) throws {
        let loop = try LoopDevice(
            image: image, offset: range.offset, length: range.length, blockSize: blockSize)
        try make(on: loop.path)
        if let tree { try fill(loop.path, scratch: scratch, tree: tree) }
        try loop.flush()
        try loop.close()
    }

    private func fill(_ device: FilePath, scratch: FilePath, tree: FilePath) throws {
        let folder = scratch.appending("mounted")
        guard mkdir(folder.string, 0o700) == 0 || errno == EEXIST else {
            throw Errno(rawValue: errno)
        }
        try copy(tree, to: device, at: folder)
        guard rmdir(folder.string) == 0 else { throw Errno(rawValue: errno) }
    }

    private func make(on device: FilePath) throws {
        let program = "mkfs.\(volume.type.rawValue)"
        let quiet = ["-q", "-f", "-L", volume.label]
        let identity = volume.type == .xfs ? ["-m", "uuid=\(uuid)"] : ["-U", uuid]
        let features = volume.type == .xfs ? xfsFeatures : []
        try Command(
            program, quiet + identity + features + volume.options + [device.string]
        ).checkedOutput(limits: limits)
    }

    /// Named one by one, for Linux 6.1, xfsprogs 6.1 and GRUB 2.06; words of the user's for the same group win.
    private var xfsFeatures: [String] {
        let groups = [
            "-m": "crc=1,finobt=1,rmapbt=0,reflink=1,bigtime=1,inobtcount=1",
            "-i": "sparse=1,nrext64=0",
        ]
        return groups.sorted { $0.key < $1.key }.filter { !volume.options.contains($0.key) }
            .flatMap { [$0.key, $0.value] }
    }

    private func copy(_ tree: FilePath, to device: FilePath, at folder: FilePath) throws {
        let mounted = try MountedVolume(volume, on: device, over: folder)
        try Command("cp", ["-a", "--", "\(tree)/.", folder.string])
            .checkedOutput(limits: limits)
        try mounted.sync()
        try mounted.unmount()
    }
}
