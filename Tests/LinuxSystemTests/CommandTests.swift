// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

struct CommandTests {
    /// As a child of another thread does between fork and exec.
    @Test func aScriptIsRunOnceItsLastWriterIsGone() throws {
        try Self.withScript { script, writer in
            var holder = Command("sleep", ["0.3"])
            holder.descriptors = [writer]
            let running = try holder.start(output: .standardError, error: .standardError)
            try writer.close()
            #expect(try Command(script.string).checkedOutput() == "ran\n")
            #expect(try running.wait() == .exited(0))
        }
    }

    @Test func aScriptThatStaysOpenForWritingIsNamed() throws {
        try Self.withScript { script, writer in
            try writer.closeAfter {
                let error = #expect(throws: BuildError.self) {
                    try Command(script.string).checkedOutput()
                }
                #expect(error?.message == "cannot run '\(script)'")
                #expect(error?.cause == "Text file busy")
                #expect(error?.hint?.contains("writing") == true)
            }
        }
    }

    /// Calls `body` with a script that prints "ran", and a descriptor that has it open for writing.
    private static func withScript(
        _ body: (_ script: FilePath, _ writer: FileDescriptor) throws -> Void
    ) throws {
        try TemporaryFolder.with("script") { folder in
            let script = folder.appending("script")
            try TextFile.writeScript("#!/bin/sh\necho ran\n", to: script)
            try body(script, FileDescriptor.open(script, .writeOnly))
        }
    }
}
