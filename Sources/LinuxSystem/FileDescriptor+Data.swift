// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import SystemPackage

extension FileDescriptor {
    /// The byte ranges of a file of `size` bytes that hold data; the rest are holes.
    ///
    /// Moves the offset. A file system that knows no holes answers with one range.
    package func dataRanges(size: Int64) throws(Errno) -> [Range<Int64>] {
        var ranges: [Range<Int64>] = []
        var offset: Int64 = 0
        while offset < size {
            var start: Int64 = 0
            var end: Int64 = 0
            let result = clinux_next_data(rawValue, offset, &start, &end)
            guard result >= 0 else { throw Errno(rawValue: -result) }
            guard result > 0, start < size else { break }
            ranges.append(start..<min(end, size))
            offset = end
        }
        return ranges
    }

    /// Waits until the file system that holds this file is on its medium, syncfs(2).
    package func syncFileSystem() throws(Errno) {
        let result = clinux_sync_file_system(rawValue)
        guard result == 0 else { throw Errno(rawValue: -result) }
    }
}
