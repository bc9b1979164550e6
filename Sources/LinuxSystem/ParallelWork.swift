// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Blocking work on several things at once, each on a thread of its own: programs, fsync(2), folders to read.
package enum ParallelWork {
    /// Calls `work` for all items at once and returns the results in the items' order; the first item's error wins.
    @discardableResult
    package static func map<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ work: @Sendable (Item) throws -> Value
    ) throws -> [Value] {
        let results = Mutex<[Int: Result<Value, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: items.count) { index in
            let result = Result { try work(items[index]) }
            results.withLock { $0[index] = result }
        }
        let collected = results.withLock { $0 }
        return try items.indices.compactMap { try collected[$0]?.get() }
    }

    /// Calls `work` for parts of `items`, so many at a time as are worth a thread, and returns all results in the
    /// items' order; the first part's error wins.
    package static func flatMap<Item: Sendable, Value: Sendable>(
        _ items: [Item], partsOf size: Int, _ work: @Sendable (ArraySlice<Item>) throws -> [Value]
    ) throws -> [Value] {
        let parts = stride(from: 0, to: items.count, by: size).map {
            items[$0..<min($0 + size, items.count)]
        }
        return try map(parts, work).flatMap(\.self)
    }
}
