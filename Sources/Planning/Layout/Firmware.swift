// SPDX-License-Identifier: Apache-2.0

/// What a machine starts the boot loader of a disk with.
package enum Firmware: String, CaseIterable, Codable, Sendable {
    case bios, efi

    /// What it is called in messages.
    package var title: String { self == .bios ? "BIOS" : "UEFI" }
}
