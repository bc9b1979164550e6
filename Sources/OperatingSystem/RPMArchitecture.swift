// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The names of the architecture that is built for, and whether this build host can run its programs.
struct RPMArchitecture {
    private static let names = [
        "amd64": "x86_64", "arm64": "aarch64", "ppc64el": "ppc64le", "s390x": "s390x",
        "riscv64": "riscv64",
    ]

    /// RPM's name for it, $basearch.
    let name: String
    /// Whether it is not the build host's own.
    let isForeign: Bool

    /// - Throws: `ElementError` for one that RPM has no name for, or whose programs the build host cannot run.
    init(of target: RootContext) throws {
        let architecture = try target.requiredValue(of: .architecture)
        guard let name = Self.names[architecture] else {
            throw ElementError(
                "'\(architecture)' is no architecture of this distribution",
                hint: "Build for one of: \(Self.names.keys.sorted().joined(separator: ", ")).")
        }
        self.name = name
        let host = try target.output(of: "uname", ["--machine"]).filter { $0 != "\n" }
        isForeign = host != name
        guard isForeign else { return }
        let handler = "/proc/sys/fs/binfmt_misc/qemu-\(name)"
        guard try target.result(of: "/usr/bin/test", ["-e", handler]).end.isSuccess else {
            throw ElementError(
                "cannot run '\(architecture)' programs on this '\(host)' build host",
                hint: "Install qemu-user-static and binfmt-support.")
        }
    }
}
