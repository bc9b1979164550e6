// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import SystemPackage

/// The builder's ends of what connects it to the supervisor, beside the events socket's way back (`EventSink`).
package struct SupervisorLink: Sendable {
    /// Becomes readable, and stays so, when the build is to end.
    package let interrupt: FileDescriptor
    /// A byte comes here when outputs may get their final names; end of file says that the supervisor is gone.
    private let consent: FileDescriptor

    package init(interrupt: FileDescriptor, consent: FileDescriptor) {
        self.interrupt = interrupt
        self.consent = consent
    }

    /// Waits until the supervisor, having seen the step that publishes, lets it begin.
    ///
    /// Without this a build whose supervisor was killed a moment ago could still give a file its final name before
    /// PID 1 ends it.
    /// - Throws: `BuildError` of status 130 when the build is to end instead.
    func awaitConsent() throws {
        var polled = [
            pollfd(fd: interrupt.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: consent.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, nfds_t(polled.count), -1) < 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        var byte: UInt8 = 0
        guard polled[0].revents == 0, read(consent.rawValue, &byte, 1) == 1 else {
            throw BuildError(.interrupted, "interrupted before outputs got their names")
        }
    }
}
