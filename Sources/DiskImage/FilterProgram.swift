// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// A program that turns what is written to its input into what it writes to its output: a compressor.
struct FilterProgram {
    let command: Command

    /// gzip on all cores, without a name or time in the header; the same bytes whatever the number of cores.
    static var gzip: FilterProgram {
        // With one thread pigz does not cut the data into blocks, so there are always two.
        let threads = String(max(2, OutputJob.allCores))
        return FilterProgram(
            command: Command("pigz", ["--no-name", "--no-time", "--processes", threads]))
    }

    /// What DIB_GZIP_BIN of `environment` names, with -9 as the original has it; else `gzip`.
    static func gzip(in environment: [String: String]) -> FilterProgram {
        let words = (environment["DIB_GZIP_BIN"] ?? "").split(separator: " ").map(String.init)
        guard let program = words.first else { return gzip }
        return FilterProgram(command: Command(program, words.dropFirst() + ["-9"]))
    }

    /// Runs the program while `feed` writes to its input; its output goes to `output` from the descriptor's offset on.
    ///
    /// - Throws: the program's failure, where it failed: that of `feed` is but a broken pipe then.
    func run<Result>(
        to output: FileDescriptor, _ feed: (FileDescriptor) throws -> Result
    ) throws -> Result {
        SignalWatch.ignoreBrokenPipes()
        let messages = try FileDescriptor.memoryFile(holding: "")
        return try messages.closeAfter {
            let pipe = try FileDescriptor.pipe()
            let child = try start(pipe, output, messages)
            let fed = Swift.Result { try pipe.writeEnd.closeAfter { try feed(pipe.writeEnd) } }
            let status = try child.wait()
            guard status.isSuccess else {
                throw command.failure(status, lastLines: try Self.lines(of: messages))
            }
            return try fed.get()
        }
    }

    /// Starts the program with the pipe's end to read, which is closed here; where it cannot start, so is the other.
    private func start(
        _ pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor), _ output: FileDescriptor,
        _ messages: FileDescriptor
    ) throws -> ChildProcess {
        defer { _ = Swift.Result { try pipe.readEnd.close() } }
        var command = command
        command.standardInput = .descriptor(pipe.readEnd)
        do {
            return try command.start(output: output, error: messages)
        } catch {
            // The error of starting tells more than one of closing.
            _ = Swift.Result { try pipe.writeEnd.close() }
            throw error
        }
    }

    private static func lines(of messages: FileDescriptor) throws -> [String] {
        var text: [UInt8] = []
        try FilePieces(messages, interrupt: nil).forEach { text += $0 }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(20)
            .map(String.init)
    }
}
