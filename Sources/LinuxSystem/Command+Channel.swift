// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

extension Command {
    /// Runs the program to its end and hands on the lines that it prints, and the bytes that it
    /// writes to a pipe whose reading end is `channel`; the writing end is one of `descriptors`,
    /// and the caller's.
    package func run(
        reading channel: FileDescriptor, limits: Limits = Limits(),
        onLine: (String) -> Void, onBytes: (UnsafeRawBufferPointer) -> Void
    ) throws -> ExitStatus {
        let pipe = try FileDescriptor.pipe()
        defer { try? pipe.readEnd.close() }
        let child = try startClosing(pipe.writeEnd, error: pipe.writeEnd)
        var lines = LineSplitter()
        let loop = ProcessLoop(reading: [pipe.readEnd, channel], limits: limits, command: self)
        let status = try loop.run(child) { index, bytes in
            if index == 0 { lines.append(bytes, onLine) } else { onBytes(bytes) }
        }
        lines.finish(onLine)
        return status
    }

    /// Runs the program to its end and collects its standard output; its standard error is the
    /// caller's.
    package func captureOutput() throws -> (status: ExitStatus, output: [UInt8]) {
        let pipe = try FileDescriptor.pipe()
        defer { try? pipe.readEnd.close() }
        let child = try startClosing(pipe.writeEnd, error: .standardError)
        var output: [UInt8] = []
        let status = try ProcessLoop(reading: [pipe.readEnd], limits: Limits(), command: self)
            .run(child) { _, bytes in output += bytes }
        return (status, output)
    }

    /// Runs the program to its end; its output goes where the caller's goes.
    package func runInheritingOutput() throws -> ExitStatus {
        try start(output: .standardOutput, error: .standardError).wait()
    }

    /// Starts the program with the writing end of a pipe as its output and closes ours in any case.
    private func startClosing(
        _ output: FileDescriptor, error: FileDescriptor
    ) throws -> ChildProcess {
        defer { try? output.close() }
        return try start(output: output, error: error)
    }
}
