// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Diagnostics
internal import Glibc
package import SystemPackage

extension Command {
    /// What ends a running program early.
    package struct Limits: Sendable {
        /// The longest time that the program may run; nil for no limit.
        package var deadline: Duration?
        /// A descriptor that becomes readable, and stays so, when the build is to end.
        package var interrupt: FileDescriptor?

        package init(deadline: Duration? = nil, interrupt: FileDescriptor? = nil) {
            self.deadline = deadline
            self.interrupt = interrupt
        }
    }

    /// What `capture` collected.
    package struct Captured: Sendable {
        package var status: ExitStatus
        package var output: String
        /// The last lines on standard error.
        package var errorLines: [String]
    }

    /// Runs the program to its end and hands on each line of its output, both streams in order of arrival.
    ///
    /// A process that outlives the program and holds its output open is not waited for.
    /// - Throws: `BuildError` when it cannot be started, or when `limits.interrupt` ended it.
    package func run(
        limits: Limits = Limits(), onLine: (String) -> Void = { _ in }
    ) throws -> ExitStatus {
        let pipe = try FileDescriptor.pipe()
        defer { try? pipe.readEnd.close() }
        let child: ChildProcess
        do {
            child = try start(output: pipe.writeEnd, error: pipe.writeEnd)
        } catch {
            try? pipe.writeEnd.close()
            throw error
        }
        try pipe.writeEnd.close()
        var lines = LineSplitter()
        let status = try ProcessLoop(reading: [pipe.readEnd], limits: limits, command: self)
            .run(child) { _, bytes in lines.append(bytes, onLine) }
        lines.finish(onLine)
        return status
    }

    /// Runs the program to its end and collects its standard output as text and the last lines of its errors.
    package func capture(limits: Limits = Limits()) throws -> Captured {
        let outputPipe = try FileDescriptor.pipe()
        let errorPipe = try FileDescriptor.pipe()
        defer {
            try? outputPipe.readEnd.close()
            try? errorPipe.readEnd.close()
        }
        let child: ChildProcess
        do {
            child = try start(output: outputPipe.writeEnd, error: errorPipe.writeEnd)
        } catch {
            try? outputPipe.writeEnd.close()
            try? errorPipe.writeEnd.close()
            throw error
        }
        try outputPipe.writeEnd.close()
        try errorPipe.writeEnd.close()
        var output: [UInt8] = []
        var lines = LineSplitter()
        var tail = TailBuffer(limit: 20)
        let status = try ProcessLoop(
            reading: [outputPipe.readEnd, errorPipe.readEnd], limits: limits, command: self
        ).run(child) { index, bytes in
            if index == 0 {
                output.append(contentsOf: bytes)
            } else {
                lines.append(bytes) { tail.append($0) }
            }
        }
        lines.finish { tail.append($0) }
        return Captured(
            status: status, output: String(decoding: output, as: UTF8.self), errorLines: tail.lines)
    }

    /// Runs the program and returns its standard output; any other end than exit status 0 is an error.
    @discardableResult
    package func checkedOutput(limits: Limits = Limits()) throws -> String {
        let captured = try capture(limits: limits)
        guard captured.status.isSuccess else {
            throw failure(captured.status, lastLines: captured.errorLines)
        }
        return captured.output
    }

    /// The error for a program that did not end with status 0.
    package func failure(_ status: ExitStatus, lastLines: [String]) -> BuildError {
        BuildError(
            .buildFailed, "'\(program)' failed: \(status)",
            detail: ([summary] + lastLines).joined(separator: "\n"))
    }

    struct Input {
        var descriptor: FileDescriptor
        var isOwned: Bool
        /// The number for the table of clinux_spawn; -1 is /dev/null.
        var number: Int32
    }

    func standardInputDescriptor() throws -> Input {
        switch standardInput {
        case .null: return Input(descriptor: .standardInput, isOwned: false, number: -1)
        case .inherited:
            return Input(descriptor: .standardInput, isOwned: false, number: 0)
        case .descriptor(let descriptor):
            return Input(descriptor: descriptor, isOwned: false, number: descriptor.rawValue)
        case .text(let text):
            let file = try FileDescriptor.memoryFile(holding: text)
            return Input(descriptor: file, isOwned: true, number: file.rawValue)
        }
    }
}

extension FileDescriptor {
    /// A file without a name, memfd_create(2), that holds `text` and is read from its start.
    package static func memoryFile(holding text: String) throws -> FileDescriptor {
        try memoryFile(holding: Array(text.utf8))
    }

    /// A file without a name that holds `bytes` and is read from its start.
    package static func memoryFile(holding bytes: [UInt8]) throws -> FileDescriptor {
        let number = clinux_memfd_create("dibhost")
        guard number >= 0 else { throw Errno(rawValue: -number) }
        let file = FileDescriptor(rawValue: number)
        try file.writeAll(bytes)
        try file.seek(offset: 0, from: .start)
        return file
    }
}
