// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The right to run one of the two guests that may run at a time on this machine, whichever test process asks.
///
/// The lock of flock(2) goes with the descriptor, so a test that is killed frees its slot.
package struct GuestSlot: ~Copyable {
    private static let count = 2
    private let file: FileDescriptor

    /// Waits for a free slot.
    package init() throws {
        while true {
            for number in 0..<Self.count {
                let file = try FileDescriptor.open(
                    "/tmp/dibhost-guest-\(number).lock", .readWrite,
                    options: [.create, .closeOnExec],
                    permissions: [.ownerReadWrite])
                if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 {
                    self.file = file
                    return
                }
                try file.close()
            }
            usleep(200_000)
        }
    }

    deinit { try? file.close() }
}
