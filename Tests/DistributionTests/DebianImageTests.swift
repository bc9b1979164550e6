// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A whole Debian, in place of a small system of tests, as the cloud image.
struct DebianImageTests {
    /// Files with their types, modes, owners, sizes and links; what runs leave in /run is not compared, nor is what a
    /// build writes anew.
    private static let compare = """
        set -eu -o pipefail
        list() {
            tar --list --verbose --numeric-owner --file "$1" | awk '{ $4 = $5 = ""; print }' |
                grep -vE ' \\./(run|var/lib/apt/lists)/| \\./(etc/dibhost|var/lib/dpkg|boot/grub)/.' | sort
        }
        list "$1" >before
        list "$2" >after
        test "$(wc -l <before)" -gt 10000
        diff before after || :
        """

    @Test func `a Debian's own image becomes the tree that it was made of`() throws {
        let shared = try SharedImage.shared()
        try TemporaryFolder.with("debian-image", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            let digest = try Command("sha256sum", [shared.qcow2.string]).checkedOutput()
                .prefix { $0 != " " }
            let settings = [
                "debian.from=image", "debian.image=\(shared.qcow2)",
                "debian.image-digest=sha256:\(digest)",
            ]
            try build.command(
                ["debian", "vm", "local-config"], formats: "tar",
                options: ["--offline"] + settings.flatMap { ["--set", $0] },
                environment: ["DIB_IMAGE_CACHE": SharedImage.cache.string]
            ).checkedOutput(limits: .init(deadline: .seconds(200)))
            let image = build.output.appending("image.tar")
            var compare = Command(
                "bash", ["-c", Self.compare, "bash", shared.tar.string, image.string])
            compare.workingDirectory = folder
            let differences = try compare.checkedOutput()
            #expect(differences == "")
            #expect(try build.leftovers() == [])
        }
    }
}
