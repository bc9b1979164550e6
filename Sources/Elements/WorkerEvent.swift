// SPDX-License-Identifier: Apache-2.0

/// What a worker tells while its hook runs.
package enum WorkerEvent: Equatable, Sendable {
    /// A line that the hook, or a program that it ran, printed.
    case output(String)
    /// A line for the build's log.
    case log(LogLevel, String)
    /// How far the hook is, in units of its own; `total` is 0 when unknown.
    case progress(done: UInt64, total: UInt64)
    /// A value that the hook published; it counts only when the hook succeeds.
    case published(name: String, value: String)
    /// The disk layout that the hook made; it counts only when the hook succeeds.
    case layout(String)
    /// Something for the ramdisk; `item` is a dib_ramdisk_item. It counts only when the hook succeeds.
    case ramdisk(item: UInt32, name: String, text: String?)

    /// The levels of dib_log_level.
    package enum LogLevel: UInt32, Sendable {
        case debug = 0
        case info = 1
        case warning = 2
        case error = 3
    }
}
