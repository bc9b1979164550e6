// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The files that lie in the tree for the length of the build.
enum DebianBuildTools {
    /// What other elements call to install packages.
    static let installPackagesPath = "/usr/local/bin/install-packages"
    private static let policyPath = "/usr/sbin/policy-rc.d"

    /// A line of every file that is placed; one without it belongs to somebody else and stays.
    private static let mark = "# Placed by dibhost for the length of the build"

    /// Puts them into the tree.
    static func place(in target: RootContext) throws {
        try target.writeFile(policyPath, policyScript, mode: 0o755)
        try target.writeFile(installPackagesPath, installPackagesScript, mode: 0o755)
        try target.writeFile(
            DebianInitramfs.refreshPath, DebianInitramfs.refreshScript, mode: 0o755)
        if try target.kind(of: "/usr/share/initramfs-tools/conf-hooks.d") == .folder {
            try target.writeFile(DebianInitramfs.batchPath, DebianInitramfs.batchScript)
        }
    }

    /// Takes them out of the tree.
    static func remove(from target: CleanupContext) throws {
        for path in [
            policyPath, installPackagesPath, DebianInitramfs.refreshPath, DebianInitramfs.batchPath,
        ] {
            if try target.kind(of: path) == .file, try target.readFile(path).contains(mark) {
                try target.remove(path)
            }
        }
        for path in [
            "/etc/apt/apt.conf.d/99dibhost", "/etc/apt/apt.conf.d/99mmdebstrap",
            "/etc/dpkg/dpkg.cfg.d/99dibhost", "/etc/dpkg/dpkg.cfg.d/99mmdebstrap",
            "/etc/apt/dibhost-keyring.gpg", "/etc/apt/dibhost-keyring.asc",
        ] {
            try target.remove(path)
        }
    }

    /// No service starts in the chroot.
    private static let policyScript = """
        #!/bin/sh
        \(mark): no service starts in the chroot.
        exit 101

        """

    private static let installPackagesScript = """
        #!/bin/sh
        \(mark).
        #   install-packages [-m ELEMENT] NAME...    install; with -m the names are mapped by pkg-map
        #   install-packages -e [-m ELEMENT] NAME... remove, with their configuration
        #   install-packages -u                      upgrade all that is installed
        set -eu
        usage() {
            echo "usage: install-packages [-m ELEMENT] [-e] NAME... | -u" >&2
            exit "$1"
        }
        action=install
        element=
        while getopts hum:ed option; do
            case $option in
                h) usage 0 ;;
                u) action=dist-upgrade ;;
                e) action=purge ;;
                m) element=$OPTARG ;;
                d) ;;
                *) usage 1 ;;
            esac
        done
        shift $((OPTIND - 1))
        if [ "$action" != dist-upgrade ] && [ $# -eq 0 ]; then
            echo "install-packages: no packages named, nothing to do"
            exit 0
        fi
        if [ -n "$element" ]; then
            names=$(pkg-map --element "$element" "$@")
            # shellcheck disable=SC2086
            set -- $names
        fi
        export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C.UTF-8
        apt_get() {
            apt-get --assume-yes -oDpkg::Options::=--force-confdef -oDpkg::Options::=--force-confold \\
                "$@" </dev/null
        }
        # The indexes are taken out of the tree before the image is sized.
        if [ "$action" != purge ] && ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then
            apt_get update
        fi
        apt_get "$action" "$@"

        """
}
