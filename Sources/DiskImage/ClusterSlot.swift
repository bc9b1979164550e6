// SPDX-License-Identifier: Apache-2.0

internal import CZstd
internal import Diagnostics
internal import Dispatch
internal import Glibc
internal import SystemPackage

/// The memory that one thread compresses a run of clusters in.
///
/// Not safe by itself: `Qcow2Writer` hands a slot to one thread at a time and reads it after `wait`.
final class ClusterSlot: @unchecked Sendable {
    /// Clusters in a run: 512 KiB.
    static let clusters = 8
    private static let level: CInt = 3
    private static let size = Qcow2Writer.clusterSize

    /// What became of a cluster; ranges are those of `compressed` and `input`.
    enum Result { case zeros, compressed(Range<Int>), plain(Range<Int>) }

    private(set) var input = [UInt8](repeating: 0, count: ClusterSlot.clusters * ClusterSlot.size)
    private(set) var compressed: [UInt8]
    private(set) var results: [(cluster: Int, result: Result)] = []
    private var failure: (any Error)?
    private let done = DispatchSemaphore(value: 0)
    private let context: OpaquePointer
    private let bound = ZSTD_compressBound(ClusterSlot.size)

    init() throws {
        guard let context = ZSTD_createCCtx() else { throw Errno.noMemory }
        self.context = context
        compressed = [UInt8](repeating: 0, count: Self.clusters * bound)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Reads the clusters of a run and compresses each; `wait` tells how it went.
    func compress(_ run: Range<Int>, of source: FileDescriptor) {
        do {
            try fill(run, of: source)
        } catch {
            failure = error
        }
        done.signal()
    }

    /// Waits for the end of one call of `compress`.
    func wait() throws {
        done.wait()
        if let failure { throw failure }
    }

    private func fill(_ run: Range<Int>, of source: FileDescriptor) throws {
        results.removeAll(keepingCapacity: true)
        try read(run, of: source)
        var filled = 0
        for (index, cluster) in run.enumerated() {
            let bytes = index * Self.size..<(index + 1) * Self.size
            guard !isZero(bytes) else {
                results.append((cluster, .zeros))
                continue
            }
            let count = try compress(bytes, into: filled)
            if count < Self.size {
                results.append((cluster, .compressed(filled..<filled + count)))
                filled += count
            } else {
                results.append((cluster, .plain(bytes)))
            }
        }
    }

    /// Fills `input`; what lies behind the end of the source is zero.
    private func read(_ run: Range<Int>, of source: FileDescriptor) throws {
        let start = Int64(run.lowerBound * Self.size)
        let wanted = run.count * Self.size
        try input.withUnsafeMutableBytes { buffer in
            var done = 0
            while done < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<wanted])
                let count = try source.read(fromAbsoluteOffset: start + Int64(done), into: rest)
                if count == 0 {
                    rest.initializeMemory(as: UInt8.self, repeating: 0)
                    return
                }
                done += count
            }
        }
    }

    /// Whether the first byte is zero and each is equal to the next.
    private func isZero(_ bytes: Range<Int>) -> Bool {
        input.withUnsafeBytes { buffer in
            guard buffer[bytes.lowerBound] == 0, let start = buffer.baseAddress else {
                return false
            }
            let first = start + bytes.lowerBound
            return memcmp(first, first + 1, bytes.count - 1) == 0
        }
    }

    private func compress(_ bytes: Range<Int>, into place: Int) throws -> Int {
        let count = input.withUnsafeBytes { input in
            compressed.withUnsafeMutableBytes { output in
                let source = UnsafeRawBufferPointer(rebasing: input[bytes])
                let target = UnsafeMutableRawBufferPointer(rebasing: output[place..<place + bound])
                return ZSTD_compressCCtx(
                    context, target.baseAddress, target.count, source.baseAddress, source.count,
                    Self.level)
            }
        }
        guard ZSTD_isError(count) == 0 else {
            let text = String(cString: ZSTD_getErrorName(count))
            throw BuildError(.buildFailed, "cannot compress the image: \(text)")
        }
        return count
    }
}
