// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The machine that this process runs on.
package enum ThisMachine {
    /// Its own name, gethostname(2); empty when it has none.
    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        guard gethostname(&buffer, buffer.count) == 0 else { return "" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
