// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Diagnostics
internal import Glibc
package import SystemPackage

/// A byte range of a file that the kernel shows as a block device, /dev/loopN.
///
/// The device is freed by the kernel when this owner, and every mount of it, is gone: also when the process is killed.
package struct LoopDevice: ~Copyable {
    /// Such as "/dev/loop3".
    package var path: FilePath { FilePath("/dev/loop\(number)") }
    private let number: Int32
    private let descriptor: FileDescriptor

    /// Attaches `length` bytes of the image from `offset`; a length of zero reaches to the file's end.
    ///
    /// `blockSize` is that of a logical block, 512 or 4096; zero leaves it to the kernel. A device that is read-only needs
    /// no right to write the image.
    /// - Throws: `BuildError` with the system's own text.
    package init(
        image: FilePath, offset: ByteCount = .zero, length: ByteCount = .zero,
        blockSize: Int64 = 0, isReadOnly: Bool = false
    ) throws {
        let file = try FileDescriptor.open(
            image, isReadOnly ? .readOnly : .readWrite, options: .closeOnExec)
        defer { try? file.close() }
        var number: Int32 = -1
        let device = clinux_loop_attach(
            file.rawValue, UInt64(offset.bytes), UInt64(length.bytes),
            UInt32(blockSize), &number)
        guard device >= 0 else {
            throw BuildError(
                .buildFailed, "cannot attach '\(image)' to a loop device",
                hint:
                    "Check that the kernel has the loop module and that /dev/loop-control exists.",
                cause: Errno(rawValue: -device).description)
        }
        descriptor = FileDescriptor(rawValue: device)
        self.number = number
    }

    /// Writes what programs wrote to the device, and the kernel still holds, to the image.
    package func flush() throws {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Lets go of the device; it is detached as soon as it is no longer mounted.
    package consuming func close() throws {
        let descriptor = self.descriptor
        discard self
        try descriptor.close()
    }

    deinit { try? descriptor.close() }
}
