// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// How long the bodies of tests run, for the list at the end of `Scripts/test`.
///
/// What Swift Testing prints is of no use for that: its clock starts when a test is ready to run, and tests that wait for
/// programs keep its few threads busy meanwhile. So the helpers that hand a test its folder take the time.
enum TestTimes {
    /// One line for each measured body: milliseconds, file, function.
    private static let ledger = ProcessEnvironment["DIBHOST_TEST_TIMES"].map { FilePath($0) }

    /// Helpers call each other; the outermost one takes the time.
    @TaskLocal private static var isRunning = false

    static func measured<Result>(
        _ function: String, _ file: String, _ body: () throws -> Result
    ) throws -> Result {
        if isRunning { return try body() }
        let start = ContinuousClock.now
        let result = Swift.Result { try $isRunning.withValue(true) { try body() } }
        try note(ContinuousClock.now - start, function, file)
        return try result.get()
    }

    static func note(_ duration: Duration, _ function: String, _ file: String) throws {
        guard let ledger else { return }
        let line = "\(Int(duration / .milliseconds(1)))\t\(file)\t\(function)\n"
        let lines = try FileDescriptor.open(
            ledger, .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        try lines.closeAfter { _ = try lines.writeAll(line.utf8) }
    }
}
