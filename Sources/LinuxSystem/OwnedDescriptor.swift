// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A file descriptor with one owner, which closes it at the end of its life.
///
/// For what is read, and for sockets and pipes. A file that was written is closed with `close()`,
/// whose error counts.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let descriptor: FileDescriptor

    package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    /// Wraps the result of a C function: a descriptor, or a negative errno value.
    init(result: Int32) throws(Errno) {
        guard result >= 0 else { throw Errno(rawValue: -result) }
        descriptor = FileDescriptor(rawValue: result)
    }

    /// Closes the descriptor and reports an error that was held back until then.
    package consuming func close() throws {
        let descriptor = descriptor
        discard self
        try descriptor.close()
    }

    deinit { try? descriptor.close() }
}
