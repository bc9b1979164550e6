// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Rules that need no more than the path of a file that is not empty.
///
/// Patterns are those of fnmatch(3), in which `*` stands for any characters but `/`; one that ends with `/**` stands for
/// all that is in the folder. Those of a home folder begin below it.
package enum PathRules {
    private static let patterns: [(rule: AuditRule, reason: String, patterns: [String])] = [
        (
            .hostKey, "a private host key of sshd",
            ["etc/ssh/ssh_host_*_key", "etc/dropbear/dropbear_*_host_key"]
        ),
        (
            .randomSeed, "a seed of random numbers",
            [
                "var/lib/systemd/random-seed", "var/lib/systemd/credential.secret",
                "var/lib/urandom/random-seed", "var/lib/random-seed", "var/lib/misc/random-seed",
                "boot/loader/random-seed", "boot/efi/loader/random-seed", "efi/loader/random-seed",
                "var/lib/NetworkManager/secret_key",
            ]
        ),
        (
            .lease, "a lease of a DHCP server",
            [
                "var/lib/dhcp/*.lease*", "var/lib/dhclient/*", "var/lib/NetworkManager/*.lease",
                "var/lib/dhcpcd*/*", "var/db/dhcpcd/*", "var/lib/wicked/lease-*",
                "var/lib/systemd/network/**",
            ]
        ),
        (
            .networkName, "names of this machine's network interfaces",
            ["etc/udev/rules.d/*persistent-net*.rules"]
        ),
        (
            .instanceData, "data of one instance",
            [
                "var/lib/cloud/instances/**", "var/lib/cloud/data/**", "etc/nvme/hostid",
                "etc/nvme/hostnqn", "etc/salt/minion_id", "var/lib/puppet/ssl/**",
                "etc/puppetlabs/puppet/ssl/**", "var/lib/samba/private/secrets.tdb",
                "var/lib/sss/db/*.ldb",
            ]
        ),
        (
            .instanceData, "the registration of one machine",
            [
                "etc/pki/consumer/*.pem", "etc/pki/entitlement/*.pem", "etc/sysconfig/rhn/systemid",
                "etc/zypp/credentials.d/*",
            ]
        ),
        (
            .privateKey, "keys of Kerberos",
            ["etc/krb5.keytab", "etc/*.keytab", "var/lib/krb5kdc/**"]
        ),
        (.log, "a log", ["var/log/**"]),
    ]

    private static let homePatterns: [(rule: AuditRule, reason: String, patterns: [String])] = [
        (
            .authorizedKey, "personal: do not distribute",
            [".ssh/authorized_keys", ".ssh/authorized_keys2"]
        ),
        (
            .history, "what somebody did here",
            [
                ".*_history", ".viminfo", ".lesshst", ".wget-hsts", ".ssh/known_hosts",
                ".local/share/*_history", ".local/state/*/history",
            ]
        ),
        (
            .privateKey, "a private key of GnuPG",
            [".gnupg/private-keys-v1.d/*.key", ".gnupg/secring.gpg"]
        ),
        (
            .token, "credentials",
            [
                ".aws/credentials", ".netrc", ".docker/config.json", ".git-credentials", ".pgpass",
                ".my.cnf", ".pypirc", ".azure/*Tokens.json", ".kube/config",
                ".config/gcloud/*credentials*", ".config/gh/hosts.yml", ".config/openstack/*",
                ".config/containers/auth.json", ".vault-token",
            ]
        ),
    ]

    /// The rules that a file breaks by its path, a path below the root without a leading slash.
    ///
    /// `homes` are the home folders of the tree, in the same form.
    package static func findings(
        at path: String, homes: Set<String>
    ) -> [(rule: AuditRule, reason: String)] {
        var found = matches(path, patterns)
        if let rest = belowHome(path, homes) { found += matches(rest, homePatterns) }
        return found
    }

    /// The path below a home folder that it lies in; nil for all other places.
    ///
    /// A folder below /home is one even when no account has it any more.
    static func belowHome(_ path: String, _ homes: Set<String>) -> String? {
        var slash = path.startIndex
        while let next = path[slash...].firstIndex(of: "/") {
            let folder = path[..<next]
            let isBelowHome = folder.hasPrefix("home/") && !folder.dropFirst(5).contains("/")
            if isBelowHome || homes.contains(String(folder)) {
                return String(path[path.index(after: next)...])
            }
            slash = path.index(after: next)
        }
        return nil
    }

    private static func matches(
        _ path: String, _ table: [(rule: AuditRule, reason: String, patterns: [String])]
    ) -> [(rule: AuditRule, reason: String)] {
        table.filter { $0.patterns.contains { matches(path, $0) } }.map { ($0.rule, $0.reason) }
    }

    private static func matches(_ path: String, _ pattern: String) -> Bool {
        if pattern.hasSuffix("/**") { return path.hasPrefix(pattern.dropLast(2)) }
        return fnmatch(pattern, path, FNM_PATHNAME) == 0
    }
}
