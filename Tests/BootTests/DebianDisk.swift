// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// A disk with the Debian of the shared image on it, made once in a run.
enum DebianDisk {
    /// The raw image of a build of `elements` beside debian.
    ///
    /// Call this once in a process and keep the result.
    static func make(
        _ name: String, _ elements: [String], environment: [String: String] = [:]
    ) throws -> FilePath {
        try RunFolder.made("test-\(name)") { folder in
            let build = try TestBuild(in: folder)
            try build.debianCommand(elements, environment: environment).checkedOutput()
        }.appending("out/image.raw")
    }
}
