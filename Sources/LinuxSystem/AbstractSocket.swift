// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import SystemPackage

/// A Unix socket with an abstract name: it leaves nothing on disk, and the kernel frees the name
/// with the process.
package struct AbstractSocket: ~Copyable {
    private let socket: OwnedDescriptor

    /// A stream socket that listens at `name`, at most 107 bytes.
    package static func listening(at name: String) throws(Errno) -> AbstractSocket {
        AbstractSocket(socket: try OwnedDescriptor(result: clinux_bind_abstract(name, 1)))
    }

    /// A socket that does nothing but hold `name`.
    ///
    /// - Throws: `Errno.addressInUse` while another process holds it, whichever user runs that.
    package static func holding(_ name: String) throws(Errno) -> AbstractSocket {
        AbstractSocket(socket: try OwnedDescriptor(result: clinux_bind_abstract(name, 0)))
    }

    private init(socket: consuming OwnedDescriptor) { self.socket = socket }

    /// Readable when a process wants to connect.
    package var descriptor: FileDescriptor { socket.descriptor }

    /// Accepts a connection and hands it to `body`, after which it is closed; `user` is the id of
    /// the user who runs the other side (SO_PEERCRED).
    package func accept<Result>(_ body: (borrowing Connection) throws -> Result) throws -> Result {
        var user: UInt32 = 0
        let number = clinux_accept(descriptor.rawValue, &user)
        return try body(Connection(socket: try OwnedDescriptor(result: number), user: user))
    }

    package struct Connection: ~Copyable {
        package let socket: OwnedDescriptor
        package let user: UInt32

        /// Sends copies of the descriptors (SCM_RIGHTS), at most 16.
        package func send(_ descriptors: [FileDescriptor]) throws(Errno) {
            let numbers = descriptors.map(\.rawValue)
            let result = clinux_send_descriptors(
                socket.descriptor.rawValue, numbers, numbers.count)
            guard result == 0 else { throw Errno(rawValue: -result) }
        }
    }
}

extension FileDescriptor {
    /// Two stream sockets that are connected to each other.
    package static func socketPair() throws(Errno) -> (FileDescriptor, FileDescriptor) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) {
            clinux_socket_pair($0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard result == 0 else { throw Errno(rawValue: -result) }
        return (FileDescriptor(rawValue: ends.0), FileDescriptor(rawValue: ends.1))
    }

    /// Sends to a socket, without SIGPIPE; returns the number of bytes that were taken.
    package func send(_ bytes: some Collection<UInt8>) throws(Errno) -> Int {
        let copy = Array(bytes)
        let sent = clinux_send(rawValue, copy, copy.count)
        guard sent >= 0 else { throw Errno(rawValue: Int32(-sent)) }
        return sent
    }
}
