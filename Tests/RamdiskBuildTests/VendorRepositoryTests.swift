// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The element mellanox with a repository of a vendor: signed, signed by somebody else, unsigned.
///
/// The repository is made here, in the shape of NVIDIA's for apt, and served on the loopback interface.
struct VendorRepositoryTests {
    /// Arguments: a new folder for the repository; "signed", "forged" or "unsigned".
    ///
    /// Writes the key to key.asc beside it.
    private static let make = """
        mkdir -p "$1" "$1/../package/DEBIAN" "$1/../package/opt" && cd "$1/.."
        printf 'Package: %s\nVersion: 5.8\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n' doca-ofed \\
            >package/DEBIAN/control
        echo ofed >package/opt/ofed
        dpkg-deb --root-owner-group --build package "$1/doca-ofed.deb" >&2
        cd "$1"
        {
            cat ../package/DEBIAN/control
            printf 'Filename: ./doca-ofed.deb\nSize: %s\nSHA256: %s\n' \\
                "$(stat -c %s doca-ofed.deb)" "$(sha256sum doca-ofed.deb | cut -d' ' -f1)"
        } >Packages
        printf 'Date: %s\nSHA256:\n %s %s Packages\n' "$(LC_ALL=C date -u +'%a, %d %b %Y %T UTC')" \\
            "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
        export GNUPGHOME="$PWD/../gnupg"
        mkdir -m 700 "$GNUPGHOME"
        for who in vendor stranger; do
            gpg --quiet --batch --passphrase '' --quick-generate-key "$who@example.org" ed25519 sign never
        done
        gpg --armor --export vendor@example.org >../key.asc
        case $2 in
            signed) gpg --batch --local-user vendor@example.org --clearsign --output InRelease Release ;;
            forged) gpg --batch --local-user stranger@example.org --clearsign --output InRelease Release ;;
        esac
        gpgconf --kill all
        """

    private static func build(_ kind: String, in folder: FilePath) throws -> Command.Captured {
        let repository = folder.appending("www")
        try Command("/bin/sh", ["-ec", make, "sh", repository.string, kind]).checkedOutput()
        let build = try TestBuild(in: folder)
        let tar = try SharedRamdisk.shared().folder.appending("out/image.tar")
        let settings = [
            "debian.base-tar=\(tar)", "mellanox.user-land=false",
            "mellanox.repository=\(HTTPFolder.address)",
            "mellanox.repository-key=\(folder.appending("key.asc"))",
        ]
        let command = build.command(
            ["debian", "mellanox"], formats: "tar",
            options: ["-n"] + settings.flatMap { ["--set", $0] },
            environment: ["DIB_IMAGE_CACHE": SharedImage.cache.string])
        return try HTTPFolder.serving(repository, to: command)
            .capture(limits: .init(deadline: .seconds(200)))
    }

    @Test
    func `packages of a signed repository are installed`() throws {
        try TemporaryFolder.with { folder in
            let captured = try Self.build("signed", in: folder)
            #expect(captured.status.isSuccess, "\(captured.errorLines)")
            let image = folder.appending("out/image.tar").string
            for (file, text) in [
                ("opt/ofed", "ofed\n"), ("etc/modules-load.d/mellanox.conf", "mlx5_core\n"),
                ("etc/apt/sources.list.d/mellanox.sources", "Signed-By: /etc/apt/keyrings/"),
                ("etc/apt/keyrings/mellanox.asc", "BEGIN PGP PUBLIC KEY BLOCK"),
            ] {
                let found = try Command("tar", ["-xOf", image, "./" + file]).checkedOutput()
                #expect(found.contains(text), "\(file): \(found)")
            }
        }
    }

    @Test(arguments: [("forged", "NO_PUBKEY"), ("unsigned", "is not signed")])
    func `a repository that its key does not sign is refused`(
        kind: String, reason: String
    ) throws {
        try TemporaryFolder.with { folder in
            let captured = try Self.build(kind, in: folder)
            #expect(captured.status == .exited(1))
            let text = (captured.errorLines + [captured.output]).joined(separator: "\n")
            #expect(text.contains(reason), "\(text)")
            #expect(text.contains("element 'mellanox'"), "\(text)")
        }
    }
}
