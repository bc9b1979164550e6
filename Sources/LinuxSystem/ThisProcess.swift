// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import SystemPackage

/// Settings of the running process as a whole.
package enum ThisProcess {
    /// Makes what is printed leave the process line by line: a crash loses no line, and lines stand
    /// in order with those of programs that it runs.
    package static func printByLines() { clinux_print_by_lines() }

    /// Sets the permission bits that new files do not get, umask(2).
    package static func setFileModeMask(_ mask: UInt32) { umask(mode_t(mask)) }

    /// Keeps programs that this process starts in whatever way from inheriting the descriptor.
    package static func closeOnExec(_ descriptor: FileDescriptor) throws(Errno) {
        guard fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) >= 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// Lets the Swift runtime report a crash of this process with its place in the source, from the root folder that it
    /// has now, whichever it will have then; does nothing where the runtime makes no report.
    package static func reportCrashesFromThisRoot() throws(Errno) {
        let root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw Errno(rawValue: errno) }
        let watched = clinux_report_crashes_from(root)
        // The descriptor stays open for the handler that was set.
        guard watched <= 0 else { return }
        Glibc.close(root)
        guard watched == 0 else { throw Errno(rawValue: -watched) }
    }
}
