// SPDX-License-Identifier: Apache-2.0

extension OutputFormat {
    /// The program that makes this format, with the Debian package that brings it; nil where dibhost does it itself.
    package var tool: (program: String, package: String)? {
        switch self {
        case .vhdDynamic, .vhdx, .vmdk, .vmdkStream, .vdi: ("qemu-img", "qemu-utils")
        case .tgz, .oci: ("pigz", "pigz")
        case .squashfs, .squashfsXz: ("mksquashfs", "squashfs-tools")
        case .erofs: ("mkfs.erofs", "erofs-utils")
        default: nil
        }
    }
}
