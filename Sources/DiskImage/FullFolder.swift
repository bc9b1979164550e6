// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// A folder without room for what is being written into it: programs say so in many ways, and some do not say it.
enum FullFolder {
    /// What a program may leave when the next piece does not fit.
    private static let least = ByteCount.mebibytes(1)

    /// The error of writing into `folder`, with what was to be written, and with a hint where there is no more room.
    static func explain(
        _ error: any Error, during work: String, in folder: FilePath
    ) -> any Error {
        let failure: BuildError
        switch error {
        case let error as BuildError:
            guard error.code == .buildFailed else { return error }
            failure = error
        case let error as Errno: failure = BuildError(.buildFailed, error.description)
        default: return error
        }
        // A folder that cannot be asked is not said to be full.
        let free = Result { () throws(Errno) in try FreeSpace.disk(folder) }
        guard case .success(let free) = free, free < least else {
            return error is Errno
                ? BuildError(.buildFailed, work, cause: failure.message) : error
        }
        var explained = failure
        if !failure.message.hasPrefix(work) {
            explained.message = work
            explained.cause = [failure.message, failure.cause].compactMap(\.self)
                .joined(separator: ": ")
        }
        explained.hint = "Free space: the disk of '\(folder)' is full."
        return explained
    }
}
