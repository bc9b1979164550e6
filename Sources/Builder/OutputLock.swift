// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import LinuxSystem
import SystemPackage

/// The right to write the outputs of one image name, held until the end of this value's life.
///
/// It is an abstract socket's name made of the output folder's device and inode and the image's
/// name: the kernel frees it with the process, it works across users and mount namespaces (root and
/// its user share the network namespace), and two paths to one folder are one lock. Hosts that
/// share a folder over a network do not see each other's locks.
struct OutputLock: ~Copyable {
    private let socket: AbstractSocket

    /// - Throws: `BuildError` of status 2 when another build holds it or the folder is missing.
    static func take(imageName: FilePath) throws -> OutputLock {
        let name = try socketName(imageName)
        do {
            return try hold(name)
        } catch let error as Errno where error == .addressInUse {
            throw BuildError(
                .refused, "another build is writing the outputs '\(imageName)'",
                hint: "Wait for it to end, or choose another name with -o.")
        }
    }

    private static func hold(_ name: String) throws -> OutputLock {
        OutputLock(socket: try .holding(name))
    }

    private init(socket: consuming AbstractSocket) { self.socket = socket }

    private static func socketName(_ imageName: FilePath) throws -> String {
        var folder = imageName.removingLastComponent()
        if folder.isEmpty { folder = "." }
        var status = stat()
        guard stat(folder.string, &status) == 0 else {
            throw BuildError(
                .refused, "cannot use the output folder '\(folder)'",
                hint: "Make the folder, or name another with -o.",
                cause: Errno(rawValue: errno).description)
        }
        let digest = digest((imageName.lastComponent?.string ?? "").utf8)
        return "dibhost-output.\(status.st_dev).\(status.st_ino).\(digest.0).\(digest.1)"
    }

    /// FNV-1a from two starts: socket names are short, file names need not be.
    private static func digest(_ bytes: some Sequence<UInt8>) -> (UInt64, UInt64) {
        var digest: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142)
        for byte in bytes {
            digest.0 = (digest.0 ^ UInt64(byte)) &* 0x100_0000_01b3
            digest.1 = (digest.1 ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return digest
    }
}
