// SPDX-License-Identifier: Apache-2.0

import Diagnostics
internal import Glibc
internal import SystemPackage

/// Reads what a running program prints until the program ends, its deadline passes or the build is interrupted.
struct ProcessLoop {
    /// How long a program may take to end after SIGTERM, before SIGKILL.
    private static let grace = Duration.seconds(3)

    let descriptors: [FileDescriptor]
    let limits: Command.Limits
    let command: Command

    init(reading descriptors: [FileDescriptor], limits: Command.Limits, command: Command) {
        self.descriptors = descriptors
        self.limits = limits
        self.command = command
    }

    /// Runs until `child` has ended, then takes what is left in the pipes without waiting for their end of file:
    /// a daemon that the program left behind may hold them open for ever.
    func run(
        _ child: consuming ChildProcess, onBytes: (Int, UnsafeRawBufferPointer) -> Void
    ) throws -> ExitStatus {
        for descriptor in descriptors {
            _ = fcntl(descriptor.rawValue, F_SETFL, O_NONBLOCK)
        }
        let start = ContinuousClock.now
        var polled = descriptors.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
        polled.append(
            pollfd(fd: child.processDescriptor.rawValue, events: Int16(POLLIN), revents: 0))
        polled.append(
            pollfd(fd: limits.interrupt?.rawValue ?? -1, events: Int16(POLLIN), revents: 0))
        let ended = descriptors.count
        var timedOut = false
        var interruptedAt: ContinuousClock.Instant?
        while polled[ended].revents == 0 {
            _ = poll(&polled, nfds_t(polled.count), timeout(since: start, interruptedAt))
            for index in descriptors.indices where polled[index].revents != 0 {
                if !drain(descriptors[index], index, onBytes) { polled[index].fd = -1 }
            }
            if polled[ended + 1].revents != 0 {
                polled[ended + 1].fd = -1
                interruptedAt = ContinuousClock.now
                child.signal(SIGTERM)
            }
            if let interruptedAt, ContinuousClock.now - interruptedAt > Self.grace {
                child.signal(SIGKILL)
            }
            if let deadline = limits.deadline, ContinuousClock.now - start >= deadline {
                timedOut = true
                child.signal(SIGKILL)
            }
        }
        for index in descriptors.indices { _ = drain(descriptors[index], index, onBytes) }
        let status = try child.wait()
        if interruptedAt != nil {
            throw BuildError(.interrupted, "interrupted while '\(command.program)' was running")
        }
        return timedOut ? .timedOut : status
    }

    private func timeout(
        since start: ContinuousClock.Instant, _ interruptedAt: ContinuousClock.Instant?
    ) -> Int32 {
        if interruptedAt != nil { return 100 }
        guard let deadline = limits.deadline else { return -1 }
        let left = deadline - (ContinuousClock.now - start)
        return Int32(
            max(
                0,
                left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            ) + 1)
    }

    /// Reads what is there, up to a full pipe several times over; returns false at the end of the file.
    ///
    /// A program that prints faster than we read must not keep us from the deadline, nor a daemon that it left
    /// behind from the end.
    private func drain(
        _ descriptor: FileDescriptor, _ index: Int, _ onBytes: (Int, UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
            for _ in 0..<64 {
                let count = read(descriptor.rawValue, buffer.baseAddress, buffer.count)
                if count > 0 {
                    onBytes(index, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count == 0 {
                    return false
                } else if errno != EINTR {
                    return true
                }
            }
            return true
        }
    }
}
