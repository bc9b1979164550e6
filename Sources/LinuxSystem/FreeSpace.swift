// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
package import SystemPackage

/// What is free on this machine.
package enum FreeSpace {
    /// Memory that programs can have without swapping, MemAvailable of /proc/meminfo.
    package static func memory() throws -> ByteCount {
        let text = String(
            decoding: try FileDescriptor.contents(of: "/proc/meminfo"), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let digits = line.drop { !$0.isNumber }.prefix { $0.isNumber }
            if let kibibytes = Int64(digits) { return .kibibytes(kibibytes) }
        }
        throw BuildError(.environment, "'/proc/meminfo' has no line 'MemAvailable'")
    }

    /// Bytes that an unprivileged user can still write in `folder`.
    package static func disk(_ folder: FilePath) throws(Errno) -> ByteCount {
        var status = statvfs()
        guard statvfs(folder.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return ByteCount(Int64(status.f_bavail) * Int64(status.f_frsize))
    }
}
