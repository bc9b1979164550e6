// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// An open file of the build host that programs reach by a path, whatever its own path leads to by now.
final class OpenFile {
    private let descriptor: Int32

    /// Takes the descriptor over.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Hands `body` a path to the file, for programs that this process starts and waits for.
    func withPath<Result>(_ body: (String) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body("/proc/\(getpid())/fd/\(descriptor)") }
    }

    /// The first bytes.
    func beginning(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = withExtendedLifetime(self) { pread(descriptor, &bytes, count, 0) }
        return Array(bytes.prefix(max(0, found)))
    }

    /// A file below the build's own scratch folder; nil when it cannot be opened.
    convenience init?(scratchFile path: String) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.init(descriptor)
    }
}
