// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Waits for everything that can happen to a supervisor: init connects, an event comes, a signal, a
/// message of sudo's, the end.
struct SupervisorLoop: ~Copyable {
    /// What the loop does after a frame.
    enum Reaction {
        case goOn
        /// The builder waits for the consent to publish.
        case consent
    }

    struct Outcome {
        /// Whether init came so far as to connect.
        var isConnected = false
        /// The signal that ended the build at once, or asked for its end.
        var signal: Int32?
        /// The last lines that sudo and init printed.
        var lines: [String] = []
    }

    private var link: BuilderLink
    private var control: AbstractSocket?
    private let signals: SignalWatch
    private let messages: OwnedDescriptor
    /// sudo and init say a line or two; what goes beyond this is dropped.
    private static let longestMessage = 1 << 16
    private var messageBytes: [UInt8] = []
    private var splitter = FrameSplitter()
    /// Whether the builder has closed the events socket: polling it any further would spin.
    private var eventsEnded = false
    private var outcome = Outcome()
    /// How long the step that publishes waits for someone who follows the events and may still want to end the build.
    private let publicationPause: Duration
    /// When outputs may get their final names; nil until the builder asks, and after the answer.
    private var consentDue: ContinuousClock.Instant?
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(
        link: consuming BuilderLink, control: consuming AbstractSocket,
        signals: consuming SignalWatch, messages: consuming OwnedDescriptor,
        publicationPause: Duration
    ) {
        self.link = link
        self.control = consume control
        self.signals = signals
        self.messages = messages
        self.publicationPause = publicationPause
        _ = fcntl(self.messages.descriptor.rawValue, F_SETFL, O_NONBLOCK)
    }

    /// Runs until the process behind `ended` has ended, then takes what it left in the pipes.
    mutating func run(
        until ended: FileDescriptor, _ onFrame: ([UInt8]) throws -> Reaction,
        _ onTick: () -> Void
    ) throws -> Outcome {
        var hasEnded = false
        repeat {
            var polled = [
                pollfd(fd: ended.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: control?.descriptor.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: eventsEnded ? -1 : link.events.descriptor.rawValue,
                    events: eventsInterest, revents: 0),
                pollfd(fd: messages.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, nfds_t(polled.count), timeout)
            if polled[1].revents != 0 { handleSignals() }
            if polled[2].revents != 0 { try connect() }
            if outcome.isConnected { link.flush() }
            hasEnded = polled[0].revents != 0
            try readEvents(onFrame)
            readMessages()
            onTick()
            try consentWhenDue()
        } while !hasEnded
        outcome.lines = String(decoding: messageBytes, as: UTF8.self)
            .split(separator: "\n").suffix(20).map(String.init)
        return outcome
    }

    /// Ends the builder and all below it, at once.
    mutating func endAtOnce() {
        control = nil
        link.cut()
    }

    private var eventsInterest: Int16 {
        guard outcome.isConnected else { return 0 }
        return Int16(link.outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT)
    }

    /// Milliseconds until the next turn at the latest.
    private var timeout: Int32 {
        guard let consentDue else { return 250 }
        let rest = (consentDue - .now) / .milliseconds(1)
        return Int32(min(max(rest.rounded(.up), 0), 250))
    }

    /// Answers the builder's question, whether outputs may get their final names, after whoever follows the events
    /// has learned of it.
    private mutating func consentWhenDue() throws {
        guard let due = consentDue, due <= .now else { return }
        consentDue = nil
        // After a signal the builder sees the end of the build instead.
        if outcome.signal == nil { try link.consentToPublish() }
    }

    private mutating func handleSignals() {
        for number in signals.received() {
            if number == SIGINT, outcome.signal == nil, outcome.isConnected {
                link.cancel()
            } else {
                endAtOnce()
            }
            outcome.signal = outcome.signal ?? number
        }
    }

    /// Any user can connect to an abstract name; only root gets the descriptors.
    private mutating func connect() throws {
        guard try acceptInit() else { return }
        outcome.isConnected = true
        control = nil
    }

    private mutating func acceptInit() throws -> Bool {
        guard
            let user = try control?.accept({ connection in
                if connection.user == 0 { try link.handOver(to: connection) }
                return connection.user
            })
        else { return false }
        return user == 0
    }

    private mutating func readEvents(_ onFrame: ([UInt8]) throws -> Reaction) throws {
        guard outcome.isConnected, !eventsEnded else { return }
        var isOpen = true
        while isOpen {
            let count = read(link.events.descriptor.rawValue, &buffer, buffer.count)
            isOpen = count > 0
            eventsEnded = eventsEnded || count == 0
            if isOpen { splitter.append(buffer[..<count]) }
            while let json = try splitter.next() {
                if try onFrame(json) == .consent { consentDue = .now + publicationPause }
            }
        }
    }

    private mutating func readMessages() {
        while true {
            let count = read(messages.descriptor.rawValue, &buffer, buffer.count)
            guard count > 0 else { return }
            messageBytes += buffer[..<count].prefix(
                max(0, Self.longestMessage - messageBytes.count))
        }
    }
}
