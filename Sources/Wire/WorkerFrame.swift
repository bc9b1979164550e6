// SPDX-License-Identifier: Apache-2.0

/// A message from a worker to the builder.
///
/// On the stream a frame is its length (of what follows), one byte for its kind, and the fields;
/// see `FrameWriter`.
package enum WorkerFrame: Equatable, Sendable {
    /// A line for the build's log; `level` is a `dib_log_level`.
    case log(level: UInt32, text: String)
    /// How far the hook is; `total` is 0 when unknown.
    case progress(done: UInt64, total: UInt64)
    /// A value for later phases and the report.
    case published(name: String, value: String)
    /// The disk layout that the hook wants in place of the one that it found.
    case layout(String)
    /// Something for the ramdisk; `item` is a `dib_ramdisk_item`.
    case ramdisk(item: UInt32, name: String, text: String?)
    /// The plugin's hooks are for these phases, which are not the manifest's; the worker ends.
    case phases([UInt32])
    /// Something that the plugin left changed in the process, in a trial; `text` says what.
    case observed(Trace, String)
    /// The hook failed, or did not begin; the worker ends.
    case failed(Failure)
    /// The hook has done its work; the worker ends.
    case done

    /// Why a worker gave up.
    package struct Failure: Equatable, Sendable {
        /// How far it had come.
        package enum Stage: UInt8, Sendable {
            /// The worker itself could not do its part.
            case worker = 1
            /// dlopen refused the file.
            case load = 2
            /// The plugin's table is not what the contract asks for.
            case contract = 3
            /// The plugin returned an error.
            case hook = 4
        }
        package var stage: Stage
        /// The plugin's own number, or 0.
        package var code: Int32
        package var message: String
        package var hint: String?

        package init(_ stage: Stage, _ message: String, hint: String? = nil, code: Int32 = 0) {
            self.stage = stage
            self.code = code
            self.message = message
            self.hint = hint
        }
    }

    /// What a plugin can leave in its process.
    package enum Trace: UInt8, Sendable {
        /// A descriptor that was not there before; the text is what it leads to.
        case descriptor = 1
        /// Threads that were not there before; the text is their number.
        case threads = 2
        /// Another setting of the process; the text names it.
        case setting = 3
    }

    private enum Kind: UInt8 {
        case log = 1
        case progress = 2
        case published = 3
        case phases = 4
        case failed = 5
        case done = 6
        case observed = 7
        case layout = 8
        case ramdisk = 9
    }

    /// The longest text of a log line, a published value or a layout; the longest frame holds a few of them.
    package static let longestText = 1 << 20
    /// The most bytes that a frame may have, so that a stray length is found before memory is taken
    /// for it.
    package static let longest = 4 << 20

    /// The whole frame, its length included.
    package var encoded: [UInt8] {
        var writer = FrameWriter()
        switch self {
        case .log(let level, let text):
            writer.put(Kind.log.rawValue)
            writer.put(level)
            writer.put(text)
        case .progress(let done, let total):
            writer.put(Kind.progress.rawValue)
            writer.put(done)
            writer.put(total)
        case .published(let name, let value):
            writer.put(Kind.published.rawValue)
            writer.put(name)
            writer.put(value)
        case .layout(let text):
            writer.put(Kind.layout.rawValue)
            writer.put(text)
        case .ramdisk(let item, let name, let text):
            writer.put(Kind.ramdisk.rawValue)
            writer.put(item)
            writer.put(name)
            writer.put(text.map { [$0] } ?? []) { $0.put($1) }
        case .phases(let numbers):
            writer.put(Kind.phases.rawValue)
            writer.put(numbers) { $0.put($1) }
        case .observed(let trace, let text):
            writer.put(Kind.observed.rawValue)
            writer.put(trace.rawValue)
            writer.put(text)
        case .failed(let failure):
            writer.put(Kind.failed.rawValue)
            writer.put(failure.stage.rawValue)
            writer.put(UInt32(bitPattern: failure.code))
            writer.put(failure.message)
            writer.put(failure.hint.map { [$0] } ?? []) { $0.put($1) }
        case .done:
            writer.put(Kind.done.rawValue)
        }
        return writer.framed
    }

    /// Reads the bytes of a frame behind its length.
    package init(payload: ArraySlice<UInt8>) throws(FrameError) {
        var reader = FrameReader(payload)
        guard let kind = Kind(rawValue: try reader.byte()) else { throw .unknownKind }
        switch kind {
        case .log: self = .log(level: try reader.number(), text: try reader.text())
        case .progress: self = .progress(done: try reader.number(), total: try reader.number())
        case .published: self = .published(name: try reader.text(), value: try reader.text())
        case .layout: self = .layout(try reader.text())
        case .ramdisk:
            let item: UInt32 = try reader.number()
            let name = try reader.text()
            let text = try reader.list { reader throws(FrameError) in try reader.text() }
            self = .ramdisk(item: item, name: name, text: text.first)
        case .phases:
            self = .phases(try reader.list { reader throws(FrameError) in try reader.number() })
        case .observed:
            guard let trace = Trace(rawValue: try reader.byte()) else { throw .unknownKind }
            self = .observed(trace, try reader.text())
        case .failed:
            guard let stage = Failure.Stage(rawValue: try reader.byte()) else { throw .unknownKind }
            let code = Int32(bitPattern: try reader.number())
            let message = try reader.text()
            let hint = try reader.list { reader throws(FrameError) in try reader.text() }
            self = .failed(Failure(stage, message, hint: hint.first, code: code))
        case .done: self = .done
        }
        try reader.end()
    }
}
