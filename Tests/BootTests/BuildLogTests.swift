// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What the programs of a full Debian build printed while it ran.
struct BuildLogTests {
    /// The lines of the log that the build of the shared image wrote.
    private func log() throws -> [String] {
        _ = try SharedImage.shared()
        let folder = SharedImage.cache.appending("logs")
        // Other builds of this test run write their logs there too.
        for name in try FolderListing.entries(of: folder).map(\.name).sorted().reversed() {
            let text = try TextFile.read(folder.appending(name))
            if text.contains("/test-image/scratch/"), text.contains("build finished") {
                return text.split(separator: "\n").map(String.init)
            }
        }
        return []
    }

    @Test func theInitramfsOfEachKernelIsMadeOnce() throws {
        let lines = try log()
        let kernels = lines.filter { $0.contains("| Setting up linux-image-6") }
        let made = lines.filter { $0.contains("| update-initramfs: Generating /boot/initrd.img-") }
        #expect(!kernels.isEmpty)
        #expect(made.count == kernels.count, "\(made)")
        #expect(lines.contains { $0.contains("| update-initramfs: put off") })
    }

    @Test func noServiceStartsInTheChrootAndNothingAsks() throws {
        let lines = try log()
        #expect(lines.contains { $0.contains("policy-rc.d denied execution of start") })
        for words in [
            "falling back to frontend", "Do you want to continue", "(Y/I/N/O/D/Z)",
            "Starting system message bus",
        ] {
            #expect(!lines.contains { $0.contains(words) }, "\(words)")
        }
    }
}
