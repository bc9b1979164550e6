// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import SystemPackage

/// Signals of this process as something to read; the former actions come back with the end of its
/// life.
///
/// A signal that the caller's parent has set to be ignored, as nohup does, stays ignored.
package struct SignalWatch: ~Copyable {
    /// Readable when one of the signals has arrived.
    package let descriptor: FileDescriptor

    /// - Throws: `Errno.resourceBusy` while another set is watched: there is one in a process.
    package init(_ signals: [Int32]) throws(Errno) {
        let number = clinux_watch_signals(signals, signals.count)
        guard number >= 0 else { throw Errno(rawValue: -number) }
        descriptor = FileDescriptor(rawValue: number)
    }

    /// The numbers of the signals that arrived since the last call.
    package func received() -> [Int32] {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            let count = read(descriptor.rawValue, buffer.baseAddress, buffer.count)
            return count > 0 ? buffer[..<count].map { Int32($0) } : []
        }
    }

    /// Lets writes to a closed pipe fail with EPIPE instead of ending the process.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    deinit { clinux_unwatch_signals() }
}
