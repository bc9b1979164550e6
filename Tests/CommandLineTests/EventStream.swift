// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation
import LinuxSystem
import SystemPackage

/// A build that reports with --events, watched event by event.
enum EventStream {
    /// What came of a watched build.
    struct Outcome {
        var status: ExitStatus
        var events: [BuildEvent]
        /// What it printed.
        var lines: [String]
    }

    /// Runs the build; when `isFatal` says so of an event, the supervisor gets SIGKILL that moment.
    static func run(
        _ command: Command, killedWhen isFatal: (BuildEvent) -> Bool = { _ in false }
    ) throws -> Outcome {
        let pipe = try FileDescriptor.pipe()
        let log = try FileDescriptor.memoryFile(holding: "")
        defer { for file in [pipe.readEnd, log] { try? file.close() } }
        var command = command
        command.arguments.insert(contentsOf: ["--events", "/dev/fd/3"], at: 1)
        command.descriptors = [pipe.writeEnd]
        // Killing the group would hide a child that does not notice the supervisor's death.
        command.newSession = false
        let child = try command.start(output: log, error: log)
        try pipe.writeEnd.close()
        var events: [BuildEvent] = []
        var failure: (any Error)?
        var lines = LineSplitter()
        try forEachBlock(of: pipe.readEnd) { block in
            block.withUnsafeBytes { bytes in
                lines.append(bytes) { line in
                    do {
                        let event = try JSONDecoder().decode(
                            BuildEvent.self, from: Data(line.utf8))
                        events.append(event)
                        if isFatal(event) { child.signal(9) }
                    } catch {
                        failure = failure ?? error
                    }
                }
            }
        }
        let status = try child.wait()
        if let failure { throw failure }
        return Outcome(status: status, events: events, lines: try text(of: log))
    }

    private static func forEachBlock(
        of descriptor: FileDescriptor, _ body: ([UInt8]) throws -> Void
    ) throws {
        while true {
            let block = try [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if block.isEmpty { return }
            try body(block)
        }
    }

    private static func text(of log: FileDescriptor) throws -> [String] {
        try log.seek(offset: 0, from: .start)
        var bytes: [UInt8] = []
        try forEachBlock(of: log) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
