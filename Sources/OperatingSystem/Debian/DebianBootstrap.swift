// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The run of mmdebstrap that makes the tree.
///
/// apt and dpkg run with what `aptConfiguration` and `dpkgConfiguration` say; both files lie in the tree for the
/// length of the build, so that later phases install packages in the same way. update-initramfs is diverted before
/// the packages that bring it are unpacked (see DebianInitramfs).
struct DebianBootstrap {
    private let family: DebianFamily
    private let release: String
    private let parameters: Parameters
    private let sources: [AptSource]
    private let target: RootContext
    private let architecture: String
    private let keyring: String
    private let cache: DebianPackageCache
    private let isOffline: Bool
    /// What the tree is unpacked from before packages are added.
    private let base: DebianBase

    init(
        family: DebianFamily, release: String, parameters: Parameters, sources: [AptSource],
        target: RootContext
    ) throws {
        self.family = family
        self.release = release
        self.parameters = parameters
        self.sources = sources
        self.target = target
        architecture = try target.requiredValue(of: .architecture)
        keyring = try parameters.text("keyring")
        cache = try DebianPackageCache(family: family, release: release, target: target)
        isOffline = target.value(of: .offline) == "true"
        base = try DebianBase(parameters, family: family)
    }

    /// Makes the tree, or tells which mirror, release or key was at fault.
    func run() throws {
        try refuseWhatCannotWork()
        try base.unpack(family: family, release: release, target: target)
        let program = ["-c", "exec mmdebstrap \"$@\" >&2", "mmdebstrap"]
        let (end, _) = try target.result(
            of: "/bin/sh", program + arguments(), environment: try hookEnvironment())
        guard end.isSuccess else {
            throw isOffline
                ? ElementError(
                    "the package cache does not hold all that '\(family.element)' needs: mmdebstrap ended with \(end)",
                    hint: "Build once without --offline to fill the cache.")
                : try DebianMirrorDiagnosis(
                    family: family, sources: sources, keyring: keyring, packages: packages(),
                    target: target
                )
                .error(after: end)
        }
        try cache.collect(from: target, keepsPackages: true)
    }

    private func refuseWhatCannotWork() throws {
        guard try target.result(of: "/usr/bin/test", ["-r", keyring]).end.isSuccess else {
            throw ElementError(
                "cannot read the keyring '\(keyring)'",
                hint: "Install \(family.keyringPackage), or set \(family.parameter("keyring")).")
        }
        let host = try target.output(of: "dpkg", ["--print-architecture"]).filter { $0 != "\n" }
        guard host != architecture else { return }
        let names = ["arm64": "aarch64", "amd64": "x86_64"]
        let handler = "/proc/sys/fs/binfmt_misc/qemu-\(names[architecture] ?? architecture)"
        guard try target.result(of: "/usr/bin/test", ["-e", handler]).end.isSuccess else {
            throw ElementError(
                "cannot run '\(architecture)' programs on this '\(host)' build host",
                hint: "Install qemu-user-static and binfmt-support.")
        }
    }

    private func arguments() throws -> [String] {
        var skipped = [
            "download/empty", "essential/unlink", "cleanup/apt", "cleanup/reproducible",
            "cleanup/run",
        ]
        if isOffline { skipped.append("update") }
        if base.isTree { skipped.append("check/empty") }
        // The variant "custom" installs nothing by itself: customizeHook does.
        let content =
            base.isTree
            ? ["--variant=custom"]
            : ["--variant=minbase", "--include=\(packages().joined(separator: ","))"]
        return [
            "--mode=root", "--format=directory", "--verbose", "--architectures=\(architecture)",
            "--keyring=\(keyring)", "--skip=\(skipped.joined(separator: ","))",
        ] + content + [
            "--setup-hook=\(Self.setupHook)", "--essential-hook=\(Self.essentialHook)",
            "--customize-hook=\(Self.customizeHook)",
            release, try target.treePath,
        ] + sources.map { $0.line(keyring: keyring) }
    }

    /// The packages of the one transaction: those that the plan lists.
    private func packages() -> [String] {
        (target.value(of: .packages) ?? "").split(separator: "\n").map(String.init)
    }

    private func hookEnvironment() throws -> [String: String] {
        var environment = [
            "DIBHOST_APT_CONF": try aptConfiguration(),
            "DIBHOST_DPKG_CFG": "force-unsafe-io\nforce-confdef\nforce-confold\n",
            "DIBHOST_UPDATE_INITRAMFS": DebianInitramfs.wrapperScript,
            "DIBHOST_KEYRING": keyring,
            "DIBHOST_DHCP": parameters.flag("dhcp") ? "1" : "",
            "DIBHOST_CACHE": parameters.flag("cache") || isOffline ? cache.folder : "",
            "DIBHOST_OFFLINE": isOffline ? "1" : "",
            "DIBHOST_INSTALL": base.isTree ? packages().joined(separator: " ") : "",
            "DEBIAN_FRONTEND": "noninteractive", "DEBCONF_NONINTERACTIVE_SEEN": "true",
            "LC_ALL": "C.UTF-8",
        ]
        environment["SOURCE_DATE_EPOCH"] = target.value(of: .sourceDateEpoch)
        // mmdebstrap's own folder of keys goes with the build's, however the build ends.
        environment["TMPDIR"] = try target.requiredValue(of: .scratchFolder)
        return environment
    }

    /// apt's settings for the build.
    ///
    /// What the build host's apt is told about dates and proxies holds for its mirrors
    /// here as well.
    private func aptConfiguration() throws -> String {
        let script =
            "apt-config dump | grep -E '^Acquire::(Check-|Max-ValidTime|https?::Proxy)' || :"
        let lines = try target.output(of: "/bin/sh", ["-c", script])
            .split(separator: "\n").filter { !$0.contains("Auto-Detect") }.map(String.init)
        let retries = try parameters.integer("retries") ?? 3
        return
            (lines + [
                "APT::Install-Recommends \"false\";", "APT::Get::Assume-Yes \"true\";",
                "APT::Keep-Downloaded-Packages \"true\";", "Acquire::Languages \"none\";",
                "Acquire::PDiffs \"false\";", "Acquire::Retries \"\(retries)\";",
                "Acquire::http::Timeout \"20\";", "Acquire::https::Timeout \"20\";",
                "DPkg::Use-Pty \"false\";",
            ] + (isOffline ? ["APT::Get::Download \"false\";"] : []))
            .map { $0 + "\n" }.joined()
    }

    /// Before the indexes are read: settings, and what the cache holds.
    private static let setupHook = """
        set -eu
        unset TMPDIR
        mkdir -p "$1/etc/apt/apt.conf.d" "$1/etc/dpkg/dpkg.cfg.d" \
            "$1/var/cache/apt/archives" "$1/var/lib/apt/lists"
        printf %s "$DIBHOST_APT_CONF" >"$1/etc/apt/apt.conf.d/99dibhost"
        printf %s "$DIBHOST_DPKG_CFG" >"$1/etc/dpkg/dpkg.cfg.d/99dibhost"
        if [ -n "$DIBHOST_CACHE" ] && [ -d "$DIBHOST_CACHE/archives" ]; then
            exec 9>>"$DIBHOST_CACHE/lock"
            flock --shared 9
            find "$DIBHOST_CACHE/archives" -maxdepth 1 -name '*.deb' \
                -exec cp -t "$1/var/cache/apt/archives" {} +
        fi
        if [ -n "$DIBHOST_OFFLINE" ]; then
            tar -xzf "$DIBHOST_CACHE/lists.tar.gz" -C "$1/var/lib/apt/lists"
        fi
        """

    /// After the essential packages: update-initramfs is out of the way before its package is unpacked.
    private static let essentialHook = """
        set -eu
        unset TMPDIR
        chroot "$1" dpkg-divert --quiet --local --rename --divert /usr/sbin/update-initramfs.dibhost \
            --add /usr/sbin/update-initramfs
        printf %s "$DIBHOST_UPDATE_INITRAMFS" >"$1/usr/sbin/update-initramfs"
        chmod 755 "$1/usr/sbin/update-initramfs"
        """

    /// After all packages: the keyring for later phases where the tree has none at its path, the network's services,
    /// and the indexes for builds that are offline.
    ///
    /// A tree that was unpacked gets the packages that it lacks here, by the command that mmdebstrap uses.
    private static let customizeHook = """
        set -eu
        unset TMPDIR
        if [ -n "$DIBHOST_INSTALL" ]; then
            APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -oDir::Bin::dpkg=env -oDPkg::Options::=--unset=TMPDIR \
                -oDPkg::Options::=dpkg -oDPkg::Chroot-Directory="$1" --yes install $DIBHOST_INSTALL
        fi
        if [ ! -e "$1$DIBHOST_KEYRING" ]; then
            copy=/etc/apt/dibhost-keyring.${DIBHOST_KEYRING##*.}
            cp "$DIBHOST_KEYRING" "$1$copy"
            chmod 644 "$1$copy"
            sed -i "s|signed-by=$DIBHOST_KEYRING|signed-by=$copy|" "$1/etc/apt/sources.list"
        fi
        if [ -n "$DIBHOST_DHCP" ]; then
            chroot "$1" systemctl --quiet enable systemd-networkd.service systemd-resolved.service
        fi
        if [ -n "$DIBHOST_CACHE" ] && [ -z "$DIBHOST_OFFLINE" ]; then
            mkdir -p "$DIBHOST_CACHE"
            new=$(mktemp "$DIBHOST_CACHE/new.XXXXXX")
            tar -cf - --exclude=./lock --exclude=./partial -C "$1/var/lib/apt/lists" . | gzip -1 >"$new"
            mv "$new" "$DIBHOST_CACHE/lists.tar.gz"
        fi
        """
}
