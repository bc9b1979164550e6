// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// A folder beside the products that is made once in a run of the tests, by the process that needs it first.
///
/// A run may be several processes: those that find the same name in `DIBHOST_TEST_RUN`, which `make test` sets. A
/// process without that variable is a run of its own. Each process holds a shared lock of flock(2) on what it uses until
/// it ends, so that another run waits before it makes the folder anew.
package enum RunFolder {
    private static let run =
        ProcessEnvironment["DIBHOST_TEST_RUN"] ?? "process \(getpid()) at \(time(nil))"

    /// The folder `name`, made by `make` unless this run has it; other processes wait meanwhile.
    ///
    /// `make` gets the path of a folder that is not there yet. Call this once in a process and keep the result.
    package static func made(
        _ name: String, by make: (FilePath) throws -> Void
    ) throws -> FilePath {
        let folder = BuiltProducts.folder.appending(name)
        let stamp = FilePath(folder.string + ".run")
        // Stays open, and with it the lock, as long as this process lives.
        let lock = try FileDescriptor.open(
            FilePath(folder.string + ".lock"), .readWrite, options: [.create, .closeOnExec],
            permissions: [.ownerReadWrite])
        try take(LOCK_SH, lock)
        while try !isOfThisRun(stamp) {
            try take(LOCK_EX, lock)
            if try !isOfThisRun(stamp) {
                let old = [stamp.string, folder.string]
                try Command("rm", ["-rf", "--one-file-system", "--"] + old).checkedOutput()
                try make(folder)
                try TextFile.write(run, to: stamp)
            }
            // Another run may come in between, hence the loop.
            try take(LOCK_SH, lock)
        }
        return folder
    }

    private static func isOfThisRun(_ stamp: FilePath) throws -> Bool {
        guard access(stamp.string, F_OK) == 0 else { return false }
        return try TextFile.read(stamp) == run
    }

    private static func take(_ operation: Int32, _ lock: FileDescriptor) throws {
        while flock(lock.rawValue, operation) != 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
    }
}
