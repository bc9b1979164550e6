// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A value behind a lock, for the few places that several threads share.
package final class Guarded<Value>: Sendable {
    private let mutex: Mutex<Value>

    package init(_ value: sending Value) { mutex = Mutex(value) }

    /// Runs `body` with exclusive access to the value.
    package func withValue<Result>(_ body: (inout sending Value) throws -> sending Result) rethrows
        -> sending Result
    {
        try mutex.withLock(body)
    }
}
