// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Whether a crash in a worker is followed by the place in the source where it happened.
enum CrashReport {
    /// The value of SWIFT_BACKTRACE for a worker.
    ///
    /// The runtime starts its program swift-backtrace when the process crashes, which takes some 20
    /// ms then and nothing before. It may not be installed: asking for it would only add a complaint
    /// to the output. A worker in the chroot leaves it for the report.
    static var setting: String {
        guard let program else { return "enable=no" }
        return
            "enable=yes,color=no,interactive=no,threads=crashed,registers=none,images=none,limit=14,top=1,swift-backtrace=\(program)"
    }

    /// The swift-backtrace that was installed with dibhost, or else that of the toolchain whose runtime this process
    /// uses; nil where there is none, or where its path cannot stand in a list with commas.
    private static let program: FilePath? = {
        let found = Installation.optionalProgram("swift-backtrace") ?? toolchainProgram
        return found.flatMap { $0.string.contains(",") ? nil : $0 }
    }()

    private static var toolchainProgram: FilePath? {
        do {
            let maps = String(
                decoding: try FileDescriptor.contents(of: "/proc/self/maps"), as: UTF8.self)
            let line = maps.split(separator: "\n").first { $0.hasSuffix("/libswiftCore.so") }
            guard let start = line?.firstIndex(of: "/"), let line else { return nil }
            // PREFIX/lib/swift/linux/libswiftCore.so
            var prefix = FilePath(String(line[start...]))
            for _ in 1...4 { prefix.removeLastComponent() }
            let program = prefix.appending("libexec/swift/linux/swift-backtrace")
            try FileDescriptor.open(program, .readOnly, options: .closeOnExec).close()
            return program
        } catch {
            return nil
        }
    }
}
