// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// The one full Debian image of a test run: built by the recipe of `make image` when the first test asks for it,
/// shared by all, with a raw image beside it.
///
/// It stays in the products' folder until the next run.
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

    private static let folder = BuiltProducts.folder.appending("test-image")
    private static let made = Result { try make() }

    /// The image; the first call builds it, and calls meanwhile wait.
    package static func shared() throws -> SharedImage { try made.get() }

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

    private static func make() throws -> SharedImage {
        let lock = try FileDescriptor.open(
            BuiltProducts.folder.appending("test-image.lock"), .readWrite,
            options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        defer { try? lock.close() }
        guard flock(lock.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
        try Command("rm", ["-rf", "--", folder.string]).checkedOutput()
        let home = folder.appending("home")
        let key = home.appending(".ssh/id_ed25519")
        try Command("mkdir", ["-p", "-m", "0700", home.appending(".ssh").string]).checkedOutput()
        try Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key.string])
            .checkedOutput()
        let publicKey = try TextFile.read(FilePath(key.string + ".pub"))
        try TextFile.write(publicKey, to: home.appending(".ssh/authorized_keys"))
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
        return SharedImage(
            name: build.output.appending("image"), log: lines,
            duration: ContinuousClock.now - start,
            publicKey: String(publicKey.split(separator: "\n")[0]))
    }
}
