// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The supervisor's ends of the lifetime pipe, the events socket and the consent pipe, and the builder's ends until
/// they are handed over.
struct BuilderLink: ~Copyable {
    /// The supervisor's end of the events socket, non-blocking.
    let events: OwnedDescriptor
    /// Open as long as the build may live; nothing is written to it.
    private var lifetime: OwnedDescriptor?
    /// Takes one byte, which lets outputs get their final names.
    private let consent: OwnedDescriptor
    private var builderEnds: [FileDescriptor]
    /// What is still to be sent to the builder.
    private(set) var outgoing: ArraySlice<UInt8>

    /// Makes the connections; `frame` is sent as soon as the builder is there.
    static func make(frame: [UInt8]) throws -> BuilderLink {
        var opened: [FileDescriptor] = []
        do {
            let events = try FileDescriptor.socketPair()
            opened += [events.0, events.1]
            let lifetime = try FileDescriptor.pipe()
            opened += [lifetime.readEnd, lifetime.writeEnd]
            let consent = try FileDescriptor.pipe()
            _ = fcntl(events.0.rawValue, F_SETFL, O_NONBLOCK)
            for end in [lifetime.writeEnd, consent.writeEnd] {
                _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC)
            }
            return BuilderLink(
                events: OwnedDescriptor(events.0), lifetime: OwnedDescriptor(lifetime.writeEnd),
                consent: OwnedDescriptor(consent.writeEnd),
                builderEnds: [lifetime.readEnd, events.1, consent.readEnd], outgoing: frame[...])
        } catch {
            for descriptor in opened { try? descriptor.close() }
            throw error
        }
    }

    private init(
        events: consuming OwnedDescriptor, lifetime: consuming OwnedDescriptor,
        consent: consuming OwnedDescriptor, builderEnds: [FileDescriptor],
        outgoing: ArraySlice<UInt8>
    ) {
        self.events = events
        self.lifetime = consume lifetime
        self.consent = consent
        self.builderEnds = builderEnds
        self.outgoing = outgoing
    }

    /// Sends the user's three standard streams and the builder's ends, in the order of
    /// Sources/Init/init.h.
    mutating func handOver(to connection: borrowing AbstractSocket.Connection) throws {
        let null = try FileDescriptor.open("/dev/null", .readWrite, options: .closeOnExec)
        defer { try? null.close() }
        let streams = (0..<3).map { number in
            fcntl(number, F_GETFD) >= 0 ? FileDescriptor(rawValue: number) : null
        }
        try connection.send(streams + builderEnds)
        closeBuilderEnds()
    }

    /// Sends as much as the socket takes now.
    mutating func flush() {
        do {
            outgoing = outgoing.dropFirst(try events.descriptor.send(outgoing))
        } catch Errno.wouldBlock {
            // More goes when poll says so.
        } catch {
            // The builder is gone; how it ended tells what happened.
            outgoing = []
        }
    }

    /// Asks the builder to end the current step and the build.
    mutating func cancel() {
        outgoing.append(1)
        flush()
    }

    /// Lets the builder give outputs their final names.
    func consentToPublish() throws {
        do {
            try consent.descriptor.writeAll([1])
        } catch Errno.brokenPipe {
            // The builder is gone; how it ended tells what happened.
        }
    }

    /// Closes the lifetime pipe: PID 1 ends, and everything below it.
    mutating func cut() {
        lifetime = nil
        closeBuilderEnds()
    }

    private mutating func closeBuilderEnds() {
        for descriptor in builderEnds { try? descriptor.close() }
        builderEnds = []
    }

    deinit {
        for descriptor in builderEnds { try? descriptor.close() }
    }
}
