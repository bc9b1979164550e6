// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import SystemPackage

/// The end of a build before its time, as work inside this process sees it.
package enum Interruption {
    /// Throws `BuildError.Code.interrupted` once `descriptor` is readable.
    package static func check(_ descriptor: FileDescriptor?, during work: String) throws {
        guard let descriptor else { return }
        var state = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 0) > 0 else { return }
        throw BuildError(.interrupted, "interrupted while \(work)")
    }
}
