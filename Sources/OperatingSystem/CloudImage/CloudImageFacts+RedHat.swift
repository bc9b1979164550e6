// SPDX-License-Identifier: Apache-2.0

extension CloudImageFacts {
    /// Fedora's images; the checksum file is clearsigned and has the number of the compose in its name.
    public static let fedora = CloudImageFacts(
        distribution: "Fedora", element: "fedora",
        keyringHint:
            "Set fedora.image-keyring to a file with the keys of https://fedoraproject.org/fedora.gpg.",
        checksums: { .list(fedoraChecksums(of: $0)) },
        location: { release, architecture in
            let composes = ["40": "1.14", "41": "1.4", "42": "1.1", "43": "1.6"]
            let machine = machine(architecture)
            return composes[release].map {
                Location(
                    "https://download.fedoraproject.org/pub/fedora/linux/releases/\(release)/Cloud/\(machine)/images",
                    Int(release) == 40
                        ? "Fedora-Cloud-Base-Generic.\(machine)-\(release)-\($0).qcow2"
                        : "Fedora-Cloud-Base-Generic-\(release)-\($0).\(machine).qcow2")
            }
        })

    /// "Fedora-Cloud-41-1.4-x86_64-CHECKSUM" for "Fedora-Cloud-Base-Generic-41-1.4.x86_64.qcow2", and for the form that
    /// has the machine in the middle, "Fedora-Cloud-Base-Generic.x86_64-40-1.14.qcow2".
    static func fedoraChecksums(of file: String) -> String {
        let words = file.split { $0 == "-" }.map(String.init)
        let machines = ["x86_64", "aarch64", "ppc64le", "s390x"]
        guard words.count >= 5, let machine = machines.first(where: { file.contains($0) }) else {
            return "CHECKSUM"
        }
        let last = words[words.count - 1]
        let compose = last.split(separator: ".").prefix(2).joined(separator: ".")
        return "Fedora-Cloud-\(words[words.count - 2])-\(compose)-\(machine)-CHECKSUM"
    }

    /// CentOS Stream's images.
    public static let centOSStream = CloudImageFacts(
        distribution: "CentOS Stream", element: "centos-stream",
        keyringHint:
            "Set centos-stream.image-keyring to a file with the keys of https://www.centos.org/keys/.",
        signatureSuffixes: [".asc"], checksums: { _ in .list("CHECKSUM") },
        location: { release, architecture in
            let number = release.prefix { $0 != "-" }
            let machine = machine(architecture)
            return Location(
                "https://cloud.centos.org/centos/\(number)-stream/\(machine)/images",
                "CentOS-Stream-GenericCloud-\(number)-latest.\(machine).qcow2")
        })

    /// Rocky Linux's images.
    public static let rocky = CloudImageFacts(
        distribution: "Rocky Linux", element: "rocky",
        keyringHint:
            "Set rocky.image-keyring to a file with the key of https://dl.rockylinux.org/pub/rocky/.",
        signatureSuffixes: [".asc", ".sig"], checksums: { _ in .list("CHECKSUM") },
        location: { release, architecture in
            let machine = machine(architecture)
            return Location(
                "https://dl.rockylinux.org/pub/rocky/\(release)/images/\(machine)",
                "Rocky-\(release.prefix { $0 != "." })-GenericCloud-Base.latest.\(machine).qcow2")
        })

    /// AlmaLinux's images.
    public static let almaLinux = CloudImageFacts(
        distribution: "AlmaLinux", element: "almalinux",
        keyringHint:
            "Set almalinux.image-keyring to a file with the key of https://repo.almalinux.org/almalinux/.",
        signatureSuffixes: [".asc"], checksums: { _ in .list("CHECKSUM") },
        location: { release, architecture in
            let machine = machine(architecture)
            let number = release.prefix { $0 != "." }
            return Location(
                "https://repo.almalinux.org/almalinux/\(number)/cloud/\(machine)/images",
                "AlmaLinux-\(number)-GenericCloud-latest.\(machine).qcow2")
        })

    /// Red Hat Enterprise Linux's images, which are behind a login: the user names the file and its digest.
    public static let redHat = CloudImageFacts(
        distribution: "Red Hat Enterprise Linux", element: "rhel",
        keyringHint: "Set rhel.image-digest to the digest that the download page shows.",
        isSigned: false, signatureSuffixes: [".asc"], checksums: { _ in .list("CHECKSUM") },
        location: { _, _ in nil })
}
