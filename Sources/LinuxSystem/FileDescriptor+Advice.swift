// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// What the kernel may do ahead, posix_fadvise(2); where it cannot, reading takes longer and nothing else changes.
extension FileDescriptor {
    /// Asks for a part of the file without waiting for it.
    package func prefetch(from offset: Int64, count: Int64) {
        _ = posix_fadvise(rawValue, off_t(offset), off_t(count), POSIX_FADV_WILLNEED)
    }

    /// Says that only what is asked for will be read, not what follows it.
    package func expectSparseReads() {
        _ = posix_fadvise(rawValue, 0, 0, POSIX_FADV_RANDOM)
    }
}
