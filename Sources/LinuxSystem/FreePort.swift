// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Ports of this machine that nobody listens at.
package enum FreePort {
    /// A port of 127.0.0.1 for TCP that was free a moment ago; the kernel chooses.
    package static func find() throws(Errno) -> UInt16 {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let listener = OwnedDescriptor(FileDescriptor(rawValue: number))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener.descriptor.rawValue, pointer, length) == 0
                    ? getsockname(listener.descriptor.rawValue, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
