// SPDX-License-Identifier: Apache-2.0

/// The family that a distribution belongs to, as maps of packages and services name it.
package enum DistributionFamily {
    private static let families = [
        "debian": "debian", "ubuntu": "debian",
        "fedora": "redhat", "rhel": "redhat", "centos": "redhat", "rocky": "redhat",
        "almalinux": "redhat", "openeuler": "redhat",
        "opensuse": "suse", "gentoo": "gentoo",
    ]

    /// The family of a value of DISTRO_NAME; nil for one that nobody knows.
    package static func name(of distribution: String) -> String? { families[distribution] }

    /// The known members of a family, by name.
    package static func members(of family: String) -> [String] {
        families.filter { $0.value == family }.map(\.key).sorted()
    }
}
