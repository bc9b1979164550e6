// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The files that lie in the tree for the length of the build.
struct RPMBuildTools {
    /// What other elements call to install packages.
    private static let installPackagesPath = "/usr/local/bin/install-packages"
    private static let folder = "/usr/local/share/dibhost-packages"

    /// A line of every file that is placed; one without it belongs to somebody else and stays.
    private static let mark = "# Placed by dibhost for the length of the build"

    private let settings: RPMSettings

    init(_ settings: RPMSettings) { self.settings = settings }

    /// Puts them into the tree.
    func place(_ install: RPMInstall, in target: RootContext) throws {
        try target.makeFolder(Self.folder, mode: 0o700)
        try target.makeFolder("/usr/local/bin")
        let isDNF = settings.distribution.installer == .dnf
        let sections = install.repositories.map {
            isDNF
                ? $0.sectionForDNF(acceptsUnsigned: settings.acceptsUnsigned)
                : $0.sectionForZypper(acceptsUnsigned: settings.acceptsUnsigned)
        }
        try target.writeFile(
            "\(Self.folder)/dibhost.repo", sections.joined(separator: "\n"), mode: 0o600)
        let proxy = settings.proxyVariables.sorted { $0.key < $1.key }
            .map { "export \($0.key)='\($0.value.filter { $0 != "'" })'\n" }.joined()
        try target.writeFile("\(Self.folder)/environment", proxy, mode: 0o600)
        try target.writeFile(
            Self.installPackagesPath, Self.start + (isDNF ? Self.dnfEnd : Self.zypperEnd),
            mode: 0o755)
    }

    /// Takes them out of the tree.
    func remove(from target: CleanupContext) throws {
        try target.remove(Self.folder)
        let path = Self.installPackagesPath
        if try target.kind(of: path) == .file, try target.readFile(path).contains(Self.mark) {
            try target.remove(path)
        }
    }

    private static let start = """
        #!/bin/sh
        \(mark).
        #   install-packages [-m ELEMENT] NAME...    install; with -m the names are mapped by pkg-map
        #   install-packages -e [-m ELEMENT] NAME... remove
        #   install-packages -d NAME...              download only
        #   install-packages -u                      upgrade all that is installed
        set -eu
        usage() {
            echo "usage: install-packages [-m ELEMENT] [-e | -d] NAME... | -u" >&2
            exit "$1"
        }
        action=install
        element=
        while getopts hum:ed option; do
            case $option in
                h) usage 0 ;;
                u) action=upgrade ;;
                e) action=remove ;;
                d) action=download ;;
                m) element=$OPTARG ;;
                *) usage 1 ;;
            esac
        done
        shift $((OPTIND - 1))
        if [ "$action" != upgrade ] && [ $# -eq 0 ]; then
            echo "install-packages: no packages named, nothing to do"
            exit 0
        fi
        if [ -n "$element" ]; then
            names=$(pkg-map --element "$element" "$@")
            # shellcheck disable=SC2086
            set -- $names
            [ $# -gt 0 ] || exit 0
        fi
        export LC_ALL=C.UTF-8 SYSTEMD_OFFLINE=1
        # shellcheck disable=SC1091
        . \(folder)/environment
        # The build's repositories, and those that elements wrote: not those that the distribution's packages
        # brought, which the image uses later.
        repositories=$(mktemp -d)
        trap 'rm -rf "$repositories"' EXIT
        cp \(folder)/dibhost.repo "$repositories"
        for file in /etc/yum.repos.d/*.repo /etc/zypp/repos.d/*.repo; do
            if [ -f "$file" ] && ! /usr/bin/rpm --query --file "$file" >/dev/null 2>&1; then
                cp "$file" "$repositories"
            fi
        done

        """

    private static let dnfEnd = """
        dnf() {
            command dnf --assumeyes --setopt=reposdir="$repositories" --setopt=install_weak_deps=0 \\
                --setopt=skip_if_unavailable=0 "$@" </dev/null
        }
        case $action in
            download) dnf install --downloadonly "$@" ;;
            *) dnf "$action" "$@" ;;
        esac

        """

    /// The file conflicts check needs --download-in-advance, and no key is taken from a server.
    private static let zypperEnd = """
        zypper() {
            command zypper --non-interactive --reposd-dir "$repositories" "$@" </dev/null
        }
        case $action in
            install) zypper install --no-recommends --auto-agree-with-licenses --download-in-advance "$@" ;;
            download) zypper install --no-recommends --auto-agree-with-licenses --download-only "$@" ;;
            remove) zypper remove "$@" ;;
            upgrade) zypper update --no-recommends --auto-agree-with-licenses ;;
        esac

        """
}
