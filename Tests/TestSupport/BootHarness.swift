// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import SystemPackage

/// Boots disk images by emulation and talks to them over their serial console.
///
///     try BootHarness.boot(GuestOptions(disk: image)) { guest in
///         try guest.waitFor("login:")
///         try guest.logIn()
///         let (output, status) = try guest.run("findmnt -n -o SOURCE /")
///     }
///
/// The image is written to only on request. At most two guests run at a time; a guest that outlives its deadline is killed, and
/// the error shows the end of its console. Accelerators are named, never probed: what a machine offers as /dev/kvm
/// need not run a stock kernel.
package enum BootHarness {
    /// Runs `body` with a guest that has just been switched on, and switches it off afterwards.
    package static func boot<Result>(
        _ options: GuestOptions, function: String = #function, file: String = #fileID,
        _ body: (Guest) throws -> Result
    ) throws -> Result {
        try TemporaryFolder.with("guest", function: function, file: file) { folder in
            let slot = try GuestSlot()
            let guest = try Guest(options, folder: folder)
            defer { guest.switchOff() }
            do {
                let result = try body(guest)
                extendLifetime(slot)
                return result
            } catch {
                throw BuildError(
                    .buildFailed, "guest of '\(options.disk)': \(error)",
                    detail: guest.consoleTail)
            }
        }
    }

    private static func extendLifetime(_ slot: borrowing GuestSlot) {}
}
