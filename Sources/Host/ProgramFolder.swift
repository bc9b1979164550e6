// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// Where this program was installed.
enum ProgramFolder {
    /// The folder of the running dibhost file, symbolic links resolved; nil without a mounted /proc.
    static var current: FilePath? {
        SymbolicLink.target(of: "/proc/self/exe")?.removingLastComponent()
    }
}
