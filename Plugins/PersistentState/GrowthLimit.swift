// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Keeps the root partition from being grown before the state has its entry in the partition table.
///
/// cloud-initramfs-growroot works in the initramfs, before any unit, and would take the whole disk of a machine whose
/// table has just been written anew. /etc/growroot-disabled holds it off, and cloud-init's growpart, which runs behind
/// the unit and stops at the state, has to be told not to follow it.
enum GrowthLimit {
    private static let growers = [
        "/usr/share/initramfs-tools/scripts/local-bottom/growroot",
        "/usr/lib/dracut/modules.d/50growroot",
    ]

    static func set(_ target: FinaliseContext) throws {
        guard try growers.contains(where: { try target.exists($0) }) else { return }
        try target.writeFile(
            "/etc/growroot-disabled",
            "The state partition gets its entry first; then cloud-init may grow the root.\n")
        try target.makeFolder("/etc/cloud/cloud.cfg.d")
        try target.writeFile(
            "/etc/cloud/cloud.cfg.d/60-persistent-state.cfg",
            "growpart: {ignore_growroot_disabled: true}\n")
    }
}
