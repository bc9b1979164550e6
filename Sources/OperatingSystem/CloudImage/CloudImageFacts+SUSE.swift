// SPDX-License-Identifier: Apache-2.0

extension CloudImageFacts {
    /// openSUSE's images: each has a checksum file of its own, which names the build that the image's name leads to.
    public static let openSUSE = CloudImageFacts(
        distribution: "openSUSE", element: "opensuse",
        keyringHint:
            "Set opensuse.image-keyring to a file with the keys of the package openSUSE-build-key.",
        signatureSuffixes: [".asc"], checksums: { .single($0 + ".sha256") },
        location: { release, architecture in
            let machine = machine(architecture)
            let top = "https://download.opensuse.org"
            switch release {
            case "tumbleweed":
                let folder =
                    machine == "x86_64" ? "tumbleweed" : "ports/\(machine)/tumbleweed"
                return Location(
                    "\(top)/\(folder)/appliances",
                    "openSUSE-Tumbleweed-Minimal-VM.\(machine)-Cloud.qcow2")
            case _ where release.hasPrefix("15."):
                return Location(
                    "\(top)/distribution/leap/\(release)/appliances",
                    "openSUSE-Leap-\(release)-Minimal-VM.\(machine)-Cloud.qcow2")
            case _ where release.first?.isNumber == true:
                return Location(
                    "\(top)/distribution/leap/\(release)/appliances",
                    "Leap-\(release)-Minimal-VM.\(machine)-Cloud.qcow2")
            default: return nil
            }
        })
}
