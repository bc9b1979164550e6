// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// GRUB's own files below /boot/grub/i386-pc: modules, the first sector (boot.img) and the core image.
///
/// The core image finds the file system that holds /boot by its label, whatever the disk is called, then reads modules
/// and menu from there.
struct BootImage {
    /// The gap before the first partition at 1 MiB, without the first sector, in bytes.
    static let largestCore = 2047 * 512

    private static let format = "i386-pc"
    private let place: GrubPlace

    init(_ place: GrubPlace) {
        self.place = place
    }

    /// Copies the modules and makes the core image.
    func write(to target: FinaliseContext) throws {
        let modules = GrubModules(format: Self.format)
        guard try target.exists("\(modules.source)/boot.img") else {
            throw ElementError(
                "the target tree has no '\(modules.source)/boot.img'",
                hint:
                    "Use an operating-system element whose packages bring GRUB for BIOS, such as debian."
            )
        }
        try modules.copy(in: target, with: ["boot.img"])
        let core = "\(modules.folder)/core.img"
        try modules.makeImage(
            core, of: place.modules + ["biosdisk"], prefix: place.prefix, first: place.search,
            in: target)
        let size = try target.readBytes(core).count
        guard size <= Self.largestCore else {
            throw ElementError(
                "GRUB's core image has \(size) bytes, more than the \(Self.largestCore) before the first partition"
            )
        }
    }
}
