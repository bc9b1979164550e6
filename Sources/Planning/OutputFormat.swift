// SPDX-License-Identifier: Apache-2.0

/// A kind of output; a variant has a name of its own, so that one build can make both.
package enum OutputFormat: String, CaseIterable, Codable, Sendable {
    case qcow2
    case raw
    /// Fixed size, whole MiB, the form that Azure takes.
    case vhd
    case vhdDynamic = "vhd-dynamic"
    case vhdx
    case vmdk
    /// The compressed form that OVA files hold.
    case vmdkStream = "vmdk-stream"
    case vdi
    case tar
    case tgz
    case tarZstd = "tar.zst"
    case tarXz = "tar.xz"
    /// Compressed with zstd.
    case squashfs
    case squashfsXz = "squashfs-xz"
    case erofs
    /// "newc", what the kernel unpacks as an initramfs.
    case cpio
    /// What `docker save` writes.
    case docker
    /// An OCI image layout as one file.
    case oci
    /// An App Container Image.
    case aci

    /// The kernel of a ramdisk (--ramdisk).
    case kernel
    /// The ramdisk itself.
    case initramfs
    /// The raw image's blocks that hold data, for bmaptool (--bmap).
    case bmap
    /// What was built of what (--manifest).
    case manifest
    /// A bill of materials in SPDX (--sbom).
    case sbom

    /// The formats that -t names; options of their own ask for the others.
    package static let images = allCases.filter {
        ![.kernel, .initramfs, .bmap, .manifest, .sbom].contains($0)
    }

    /// What a format is made from.
    package enum Source: Sendable {
        /// The raw disk image.
        case disk
        /// The finished tree itself.
        case tree
        /// All other outputs, with their checksums.
        case outputs
    }

    package var source: Source {
        switch self {
        case .qcow2, .raw, .vhd, .vhdDynamic, .vhdx, .vmdk, .vmdkStream, .vdi, .bmap: .disk
        case .tar, .tgz, .tarZstd, .tarXz, .squashfs, .squashfsXz, .erofs, .cpio, .docker, .oci,
            .aci, .sbom, .kernel, .initramfs:
            .tree
        case .manifest: .outputs
        }
    }

    /// The file name's ending, without the dot.
    package var fileExtension: String {
        switch self {
        case .vhdDynamic: "dynamic.vhd"
        case .vmdkStream: "stream.vmdk"
        // The original's ending.
        case .squashfs: "squash"
        case .squashfsXz: "xz.squash"
        case .docker: "docker.tar"
        case .oci: "oci.tar"
        case .manifest: "manifest.json"
        case .sbom: "spdx.json"
        default: rawValue
        }
    }

    /// Whether this format holds a disk or file-system image, rather than the tree itself.
    package var isDiskImage: Bool { source == .disk }

    /// Whether it is compressed so that more cores make it in less time.
    package var usesAllCores: Bool {
        switch self {
        case .qcow2, .tgz, .tarZstd, .tarXz, .squashfs, .squashfsXz, .oci, .initramfs: true
        default: false
        }
    }

    /// The names that -t takes, for help and hints.
    package static var names: String { images.map(\.rawValue).joined(separator: ", ") }
}
