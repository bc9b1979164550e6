// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The tree's database of installed packages, which the build host's rpm has written.
struct RPMDatabase {
    private let settings: RPMSettings
    private let target: any HostContext

    init(_ settings: RPMSettings, _ target: any HostContext) {
        self.settings = settings
        self.target = target
    }

    /// Turns the database into the format of the tree's own rpm where that one cannot read the build host's.
    ///
    /// rpm 4.14 of Enterprise Linux 8 knows Berkeley DB alone, and newer ones can only read that. What the build host's
    /// rpm exports is a list of package headers, which the tree's own rpm imports.
    func makeReadable(by install: RPMInstall) throws {
        guard settings.facts.hasBerkeleyDatabase else { return }
        let end = try install.tree.run(
            [
                "/bin/sh", "-ec", Self.convertScript, "sh", install.tree.path, install.work.path,
                settings.facts.database,
            ],
            environment: install.work.environment)
        guard end.isSuccess else {
            throw ElementError(
                "the tree's own rpm cannot take over the list of packages: \(end)",
                hint: "The log tells what rpmdb of the tree said.")
        }
    }

    /// Takes the keys of the keyring out of the database: they were believed for the length of the build.
    ///
    /// dnf and zypper import the distribution's keys themselves when they are needed, and ask their user first.
    func forgetKeys() throws {
        let work = try RPMWorkFolder(settings, target)
        let tree = try target.treePath
        // A newer rpm only reads the older format.
        let program = settings.facts.hasBerkeleyDatabase ? "chroot" : "rpm"
        try target.run(
            "/bin/sh", ["-ec", Self.forgetScript, "sh", program, tree, work.keys + "/imported"],
            environment: work.environment)
    }

    private static let convertScript = """
        rpmdb --root "$1" --exportdb >"$2/headers"
        rm -rf "$1$3"
        mkdir -p "$1$3"
        chroot "$1" /usr/bin/rpmdb --importdb <"$2/headers"
        rm "$2/headers"
        """

    /// Takes "rpm" or "chroot", the tree and the list of keys.
    private static let forgetScript = """
        [ -e "$3" ] || exit 0
        while read -r key; do
            case $1 in
                rpm) rpm --root "$2" --erase --allmatches "$key" ;;
                chroot) chroot "$2" /usr/bin/rpm --erase --allmatches "$key" ;;
            esac
        done <"$3"
        """
}
