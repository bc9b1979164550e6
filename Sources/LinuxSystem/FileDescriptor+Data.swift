// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import SystemPackage

extension FileDescriptor {
    /// The byte ranges of a file of `size` bytes that hold data; the rest are holes.
    ///
    /// Moves the offset. A file system that knows no holes answers with one range.
    package func dataRanges(size: Int64) throws(Errno) -> [Range<Int64>] {
        try ranges(size: size, next: clinux_next_data)
    }

    /// The byte ranges of a file of `size` bytes that have space of their own: data, and zeros that somebody asked for.
    ///
    /// The latter are no data to `dataRanges` until they were read, so that its answer changes with what is in memory. Where
    /// the file system does not tell, the data.
    package func allocatedRanges(size: Int64) throws(Errno) -> [Range<Int64>] {
        if let extents = try extents(size: size) { return extents }
        return try dataRanges(size: size)
    }

    /// The byte ranges of a file of `size` bytes that have space of their own; nil where the file system does not tell.
    ///
    /// A tmpfs does not; zeros that somebody asked for are holes there.
    package func extents(size: Int64) throws(Errno) -> [Range<Int64>]? {
        do throws(Errno) {
            return try ranges(size: size, next: clinux_next_extent)
        } catch .notSupported {
            return nil
        }
    }

    private typealias NextRange = (
        CInt, Int64, UnsafeMutablePointer<Int64>, UnsafeMutablePointer<Int64>
    ) -> CInt

    private func ranges(size: Int64, next: NextRange) throws(Errno) -> [Range<Int64>] {
        var ranges: [Range<Int64>] = []
        var offset: Int64 = 0
        while offset < size {
            var start: Int64 = 0
            var end: Int64 = 0
            let result = next(rawValue, offset, &start, &end)
            guard result >= 0 else { throw Errno(rawValue: -result) }
            guard result > 0, start < size else { break }
            ranges.append(max(start, offset)..<min(end, size))
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
