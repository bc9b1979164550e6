// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import Synchronization
package import SystemPackage

/// The builder's way to tell the supervisor what happens; any thread may use it.
///
/// Sending never fails for the caller: when the supervisor is gone, PID 1 ends this process within
/// the moment.
package final class EventSink: Sendable {
    private let socket: FileDescriptor
    private let isConnected = Mutex(true)

    package init(socket: FileDescriptor) { self.socket = socket }

    /// Sends one event; events of one thread arrive in their order.
    package func send(_ event: BuildEvent) { send(value: event) }

    /// Sends what another kind of supervisor understands.
    func send(value: some Encodable) {
        let frame: [UInt8]
        do {
            frame = try Frame.encode(value)
        } catch {
            preconditionFailure("an event always has a JSON form: \(error)")
        }
        isConnected.withLock { isConnected in
            var rest = frame[...]
            while isConnected, !rest.isEmpty {
                do {
                    rest = rest.dropFirst(try socket.send(rest))
                } catch {
                    isConnected = false
                }
            }
        }
    }

    /// Sends a text for the reader.
    package func message(_ level: BuildEvent.Level = .info, _ text: String) {
        send(.message(level: level, text: text))
    }
}
