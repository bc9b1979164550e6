// SPDX-License-Identifier: Apache-2.0

extension CloudImageFacts {
    /// Debian's images, on cloud.debian.org.
    ///
    /// Their SHA512SUMS is not signed: the digest has to be pinned.
    public static let debian = CloudImageFacts(
        distribution: "Debian", element: "debian",
        keyringHint: "Debian does not sign its cloud images.", isSigned: false,
        signatureSuffixes: [".sign", ".gpg", ".asc"], checksums: { _ in .list("SHA512SUMS") },
        location: { release, architecture in
            let stable = ["bookworm": "12", "trixie": "13"]
            let moving = ["forky": "14", "sid": "sid"]
            let top = "https://cloud.debian.org/images/cloud/\(release)"
            if let number = stable[release] {
                return Location(
                    "\(top)/latest", "debian-\(number)-generic-\(architecture).qcow2")
            }
            return moving[release].map {
                Location(
                    "\(top)/daily/latest", "debian-\($0)-generic-\(architecture)-daily.qcow2")
            }
        })

    /// Ubuntu's images, on cloud-images.ubuntu.com.
    public static let ubuntu = CloudImageFacts(
        distribution: "Ubuntu", element: "ubuntu",
        keyring: "/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg",
        keyringHint: "Install ubuntu-keyring, or set ubuntu.image-keyring.",
        signatureSuffixes: [".gpg"], checksums: { _ in .list("SHA256SUMS") },
        location: { release, architecture in
            Location(
                "https://cloud-images.ubuntu.com/\(release)/current",
                "\(release)-server-cloudimg-\(architecture).img")
        })
}
