// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What was asked for in a ramdisk: a kernel and an initramfs, made of the finished tree.
package struct RamdiskRequest: Codable, Equatable, Sendable {
    /// Which kernel modules it holds beside those that elements ask for.
    package enum ModuleSet: String, Codable, Sendable, CaseIterable {
        /// Every module of the kernel.
        case all
        /// The drivers that a machine may need to find its disk and network.
        case most
        /// None.
        case dep
    }

    package enum Compression: String, Codable, Sendable, CaseIterable {
        case zstd, gzip, xz
        case uncompressed = "none"
    }

    /// The element that is added for it.
    package var element: String
    /// Whether it is made in place of an image.
    package var isAlone: Bool
    package var modules: ModuleSet
    package var compression: Compression
    /// The most that the initramfs may have, compressed.
    package var largestSize: ByteCount
    /// The version of the kernel; nil: the newest one of the tree (DIB_KERNEL_VERSION).
    package var kernelVersion: String?

    /// What may be added to a kernel and still be fetched over a slow network in reasonable time.
    package static let defaultLargestSize = ByteCount.mebibytes(100)

    package init(element: String, isAlone: Bool) {
        self.element = element
        self.isAlone = isAlone
        modules = .most
        compression = .zstd
        largestSize = Self.defaultLargestSize
    }
}

extension ElementDescription {
    /// The element's hooks in a build: those of native elements for the ramdisk only when there is one.
    package func hooks(with request: BuildRequest) -> [PlannedHook] {
        hooks.filter { $0.kind == .legacy || $0.phase != .ramdisk || request.makesRamdisk }
    }
}
