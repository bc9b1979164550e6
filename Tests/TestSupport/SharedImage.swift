// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import SystemPackage

/// The one full Debian image of a test run, and the one Debian tree that is bootstrapped in it.
///
/// Built by the recipe of `make image` when the first test of the run asks for it, with a raw image beside it, and
/// shared by all tests of all processes (see `RunFolder`). To work on one test without building it each time, give all
/// your runs one name: `DIBHOST_TEST_RUN=mine swift test --skip-build --filter ...`.
///
/// Tests that need another Debian, with another layout, other elements or more packages, start from its tree:
///
///     let build = try TestBuild(in: folder)
///     try build.debianCommand(["vm"], environment: ["DIB_BLOCK_DEVICE_CONFIG": layout]).checkedOutput()
///
/// Only tests of the bootstrap itself may run the element debian without it; `Scripts/test-report` counts.
package struct SharedImage: Sendable {
    /// The outputs without their endings.
    package let name: FilePath
    /// What dibhost printed.
    package let log: [String]
    /// How long the build took.
    package let duration: Duration
    /// The public key in the home folder of the user that the build ran for.
    package let publicKey: String

    package var qcow2: FilePath { FilePath(name.string + ".qcow2") }
    package var raw: FilePath { FilePath(name.string + ".raw") }
    package var tar: FilePath { FilePath(name.string + ".tar") }

    /// The elements of `make image`.
    package static let elements = ["debian", "vm", "local-config", "motd-build-info"]
    /// Where full builds of tests keep packages; the mirror is asked once.
    package static let cache = BuiltProducts.folder.appending("test-cache")

    private static let made = Result { try SharedImage(in: RunFolder.made("test-image", by: make)) }

    /// The image; the first call of the run builds it, and others meanwhile wait.
    package static func shared() throws -> SharedImage { try made.get() }

    /// Reads what `make` left.
    private init(in folder: FilePath) throws {
        name = folder.appending("out/image")
        log = try TextFile.read(folder.appending("build.log")).split(separator: "\n")
            .map(String.init)
        let milliseconds = Int(try TextFile.read(folder.appending("milliseconds"))) ?? 0
        duration = .milliseconds(milliseconds)
        let key = try TextFile.read(folder.appending("home/.ssh/id_ed25519.pub"))
        publicKey = String(key.split(separator: "\n")[0])
    }

    private static func make(in folder: FilePath) throws {
        let home = folder.appending("home")
        let key = home.appending(".ssh/id_ed25519")
        try Command("mkdir", ["-p", "-m", "0700", home.appending(".ssh").string]).checkedOutput()
        try Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key.string])
            .checkedOutput()
        try TextFile.write(
            try TextFile.read(FilePath(key.string + ".pub")),
            to: home.appending(".ssh/authorized_keys"))
        let build = try TestBuild(in: folder)
        var lines: [String] = []
        let start = ContinuousClock.now
        let status = try makeImage(build, home: home)
            .run(limits: .init(deadline: .seconds(1200))) { lines.append($0) }
        guard status.isSuccess else {
            throw BuildError(
                .buildFailed, "the image that all tests share could not be built: \(status)",
                detail: lines.suffix(40).joined(separator: "\n"))
        }
        let duration = ContinuousClock.now - start
        try TextFile.write(lines.joined(separator: "\n"), to: folder.appending("build.log"))
        try TextFile.write(
            String(Int(duration / .milliseconds(1))), to: folder.appending("milliseconds"))
    }

    private static func makeImage(_ build: TestBuild, home: FilePath) -> Command {
        var variables = ProcessEnvironment.current
        // This make is not a part of the one that runs the tests.
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] { variables[name] = nil }
        variables["HOME"] = home.string
        variables["DIB_IMAGE_CACHE"] = cache.string
        variables["TMP_DIR"] = build.scratch.string
        var command = Command(
            "make",
            [
                "--no-print-directory", "image-of-products", "FORMATS=qcow2,tar,raw",
                "PRODUCTS=\(BuiltProducts.folder)", "PLUGINS=\(build.plugins)",
                "OUT=\(build.output.appending("image"))",
            ], environment: variables)
        command.workingDirectory = BuiltProducts.repository
        return command
    }
}

extension TestBuild {
    /// `dibhost build` of the element debian and `elements` to out/image, from the tree of the shared image.
    ///
    /// Nothing is bootstrapped: the tree is unpacked, and packages that the elements ask for are added from the shared
    /// cache, or from the mirror for the first test that needs them. The tree has the packages of debian and vm, and holds
    /// the shared build's /root/.ssh/authorized_keys and /etc/image-release.
    package func debianCommand(
        _ elements: [String], formats: String = "raw", options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Command {
        let base = try SharedImage.shared().tar
        return command(
            ["debian"] + elements, formats: formats,
            options: options + ["--set", "debian.base-tar=\(base)"],
            environment: ["DIB_IMAGE_CACHE": SharedImage.cache.string]
                .merging(environment) { _, given in given })
    }
}
