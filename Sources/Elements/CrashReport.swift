// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Whether a crash in a worker is followed by the place in the source where it happened.
enum CrashReport {
    /// The value of SWIFT_BACKTRACE for a worker.
    ///
    /// The runtime starts its program swift-backtrace when the process crashes, which takes some 20
    /// ms then and nothing before. In the chroot that program cannot be found, and where the
    /// toolchain is not installed it does not exist: asking for it would only add a complaint to
    /// the output.
    static func setting(isInChroot: Bool) -> String {
        guard !isInChroot, hasProgram else { return "enable=no" }
        return
            "enable=yes,color=no,interactive=no,threads=crashed,registers=none,images=none,limit=14,top=1"
    }

    /// Whether swift-backtrace lies where the runtime of this process looks for it.
    private static let hasProgram: Bool = {
        do {
            let maps = String(
                decoding: try FileDescriptor.contents(of: "/proc/self/maps"), as: UTF8.self)
            let line = maps.split(separator: "\n").first { $0.hasSuffix("/libswiftCore.so") }
            guard let start = line?.firstIndex(of: "/"), let line else { return false }
            // PREFIX/lib/swift/linux/libswiftCore.so
            var prefix = FilePath(String(line[start...]))
            for _ in 1...4 { prefix.removeLastComponent() }
            let program = prefix.appending("libexec/swift/linux/swift-backtrace")
            try FileDescriptor.open(program, .readOnly, options: .closeOnExec).close()
            return true
        } catch {
            return false
        }
    }()
}
