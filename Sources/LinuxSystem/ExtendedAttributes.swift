// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import SystemPackage

/// llistxattr(2) and lgetxattr(2).
enum ExtendedAttributes {
    /// The names of all attributes; none where the file system knows none.
    static func names(at path: [UInt8]) throws(Errno) -> [[UInt8]] {
        let list = try read { buffer in
            withCString(path) { clinux_list_attributes($0, buffer.baseAddress, buffer.count) }
        }
        return (list ?? []).split(separator: 0).map(Array.init)
    }

    /// One value; nil when the attribute is gone.
    static func value(of name: [UInt8], at path: [UInt8]) throws(Errno) -> [UInt8]? {
        try read { buffer in
            withCString(path) { path in
                withCString(name) {
                    clinux_get_attribute(path, $0, buffer.baseAddress, buffer.count)
                }
            }
        }
    }

    /// Asks for the size, then for the bytes, again when they grew in between.
    private static func read(
        _ call: (UnsafeMutableRawBufferPointer) -> Int
    ) throws(Errno) -> [UInt8]? {
        while true {
            let size = call(UnsafeMutableRawBufferPointer(start: nil, count: 0))
            guard size > 0 else { return try absent(size) }
            var buffer = [UInt8](repeating: 0, count: size)
            let count = buffer.withUnsafeMutableBytes { call($0) }
            if count >= 0 { return Array(buffer.prefix(count)) }
            if count != -Int(ERANGE) { return try absent(count) }
        }
    }

    private static func absent(_ result: Int) throws(Errno) -> [UInt8]? {
        if result == 0 { return [] }
        guard result == -Int(ENOTSUP) || result == -Int(ENODATA) else {
            throw Errno(rawValue: CInt(-result))
        }
        return nil
    }
}
