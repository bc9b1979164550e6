// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The bytes of an image's disk in a file without a name, which is gone with this object.
final class UnpackedImage {
    private struct Info: Decodable {
        var format: String
        var size: Int64

        enum CodingKeys: String, CodingKey {
            case format
            case size = "virtual-size"
        }
    }

    private let file: OwnedDescriptor

    /// Unpacks the image at `path` by qemu-img, in the folder `scratch`; nil for one that is raw.
    ///
    /// - Throws: `BuildError` when it is no image, or when there is no room.
    init?(_ path: FilePath, scratch: FilePath, limits: Command.Limits) throws {
        let query = Command("qemu-img", ["info", "--force-share", "--output=json", path.string])
        let captured = try query.capture(limits: limits)
        guard captured.status.isSuccess else {
            throw BuildError(
                .refused, "'\(path)' is no disk image that qemu-img can read",
                detail: captured.errorLines.last,
                hint: "Give an image, or the folder of an unpacked tree.")
        }
        let info = try JSONDecoder().decode(Info.self, from: Data(captured.output.utf8))
        guard info.format != "raw" else { return nil }
        try Self.check(path, format: info.format, limits: limits)
        file = try Self.unnamedFile(in: scratch, size: info.size)
        var command = Command(
            "qemu-img",
            [
                "convert", "-n", "--target-is-zero", "-f", info.format, "-O", "raw", path.string,
                "/dev/fd/3",
            ])
        command.descriptors = [file.descriptor]
        // Ctrl-C ends it with this process.
        command.newSession = false
        try command.checkedOutput(limits: limits)
    }

    /// A path that works as long as this object is there, in programs that are started, too.
    var path: FilePath {
        FilePath("/proc/\(getpid())/fd/\(file.descriptor.rawValue)")
    }

    /// Formats without a check, status 63, are read as they are.
    private static func check(_ path: FilePath, format: String, limits: Command.Limits) throws {
        let captured = try Command(
            "qemu-img", ["check", "--force-share", "-q", "-f", format, path.string]
        ).capture(limits: limits)
        guard [.exited(0), .exited(3), .exited(63)].contains(captured.status) else {
            throw BuildError(
                .buildFailed, "'\(path)' is damaged or cut short",
                detail: captured.errorLines.first,
                hint: "See 'qemu-img check', and fetch or build it again.")
        }
    }

    private static func unnamedFile(in folder: FilePath, size: Int64) throws -> OwnedDescriptor {
        let path = folder.appending("dibhost-audit.\(getpid())")
        do {
            let file = OwnedDescriptor(
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: .ownerReadWrite))
            unlink(path.string)
            try file.descriptor.resize(to: size)
            return file
        } catch let error as Errno {
            throw BuildError(
                .environment, "cannot make a file of \(ByteCount(size)) in '\(folder)'",
                hint: "Name a folder with room in TMP_DIR.", cause: error.description)
        }
    }
}
