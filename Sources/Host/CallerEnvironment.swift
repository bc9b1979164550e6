// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// Variables of the caller's environment that a build follows as the original does, where no option says the same.
enum CallerEnvironment {
    /// What is left of the caller's environment with `--clear`: who calls, and where programs and the terminal are.
    static func cleared(_ environment: [String: String]) -> [String: String] {
        let kept = [
            "HOME", "LOGNAME", "PATH", "SUDO_COMMAND", "SUDO_GID", "SUDO_UID", "SUDO_USER", "TERM",
            "USER",
        ]
        return environment.filter { kept.contains($0.key) }
    }

    /// A warning for each variable that means something to the original and nothing here.
    static func ignored(_ environment: [String: String]) -> [String] {
        ["IMAGE_BLOCK_DEVICE"].filter { !(environment[$0] ?? "").isEmpty }.map {
            "\($0) is ignored: dibhost makes the image's disk itself"
        }
    }

    /// Whether the build may lie in memory: not with a DIB_NO_TMPFS that is anything but 0, nor for a hardened Gentoo,
    /// whose files carry attributes that a tmpfs of older kernels does not keep.
    static func allowsTmpfs(_ environment: [String: String]) -> Bool {
        let forbidden = environment["DIB_NO_TMPFS"] ?? ""
        let profile = environment["GENTOO_PROFILE"] ?? ""
        return ["", "0"].contains(forbidden) && !profile.contains("hardened")
    }

    /// DIB_DEBUG_TRACE.
    ///
    /// - Throws: `BuildError` with status 2 when it is no number.
    static func traceLevel(_ environment: [String: String]) throws -> Int {
        guard let text = environment["DIB_DEBUG_TRACE"], !text.isEmpty else { return 0 }
        guard let level = Int(text), level >= 0 else {
            throw BuildError(
                .refused, "DIB_DEBUG_TRACE '\(text)' is no number",
                hint: "Set it to 0, 1 or 2, or unset it and use -x.")
        }
        return level
    }

    /// The checksums that DIB_CHECKSUM asks for: 1 is both of the original's, 0 none; else their names, however separated.
    ///
    /// - Throws: `BuildError` with status 2 when it names none.
    static func checksums(_ text: String?) throws -> [BuildRequest.ChecksumAlgorithm] {
        guard let text, !["", "0"].contains(text) else { return [] }
        if text == "1" { return [.sha256, .md5] }
        let named = BuildRequest.ChecksumAlgorithm.allCases.filter { text.contains($0.rawValue) }
        guard !named.isEmpty else {
            throw BuildError(
                .refused, "DIB_CHECKSUM '\(text)' names no checksum",
                hint: "Set it to 1, or to some of md5, sha256, sha512.")
        }
        return named
    }
}
