// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Downloaded packages and indexes, kept between builds: one folder for each release and architecture.
///
/// Files appear in it by rename only, so that two builds can use it at once. A package that no build has used for
/// 30 days is removed.
struct DebianPackageCache {
    /// The folder on the build host.
    let folder: String

    init(family: DebianFamily, release: String, target: some HostContext) throws {
        let architecture = try target.requiredValue(of: .architecture)
        let cache = try target.requiredValue(of: .cacheFolder)
        folder = "\(cache)/\(family.element)/\(release)-\(architecture)"
    }

    /// Copies the tree's downloaded packages into the cache, then removes packages and indexes from the tree unless
    /// later phases shall find them there.
    func collect(from target: some HostContext, keepsPackages: Bool = false) throws {
        if target.parameters.flag("cache") {
            let user = target.value(of: .userID) ?? "0"
            let group = target.value(of: .userGroup) ?? "0"
            try target.run(
                "/bin/sh",
                ["-c", Self.collectScript, "sh", try target.treePath, folder, "\(user):\(group)"])
        }
        guard !keepsPackages else { return }
        try Self.empty("/var/cache/apt/archives", of: target, keeping: ["lock", "partial"])
        try Self.empty("/var/cache/apt/archives/partial", of: target)
        try Self.empty("/var/lib/apt/lists", of: target, keeping: ["lock", "partial"])
        try Self.empty("/var/lib/apt/lists/partial", of: target)
        for name in ["pkgcache.bin", "srcpkgcache.bin"] {
            try target.remove("/var/cache/apt/\(name)")
        }
    }

    /// Removes what a folder of the tree holds.
    static func empty(
        _ folder: String, of target: some HostContext, keeping kept: [String] = []
    ) throws {
        guard try target.kind(of: folder) == .folder else { return }
        for name in try target.list(folder) where !kept.contains(name) {
            try target.remove("\(folder)/\(name)")
        }
    }

    /// Takes tree, cache folder and owner as arguments.
    ///
    /// A tree whose folder is a link elsewhere is left alone.
    private static let collectScript = """
        set -eu
        umask 022
        archives=$(realpath "$1")/var/cache/apt/archives
        if [ ! -d "$archives" ] || [ "$(realpath "$archives")" != "$archives" ]; then
            exit 0
        fi
        mkdir -p "$2/archives"
        new=$(mktemp -d "$2/new.XXXXXX")
        trap 'rm -rf "$new"' EXIT
        cd "$archives"
        for file in *.deb; do
            if [ -f "$file" ] && [ ! -L "$file" ]; then
                if [ -e "$2/archives/$file" ]; then
                    echo "$file" >>"$new/old"
                else
                    echo "$file" >>"$new/fresh"
                fi
            fi
        done
        if [ -e "$new/fresh" ]; then
            mkdir "$new/archives"
            xargs -d '\\n' cp -t "$new/archives" <"$new/fresh"
            (cd "$new/archives" && find . -name '*.deb' -exec mv -f -t "$2/archives" {} +)
        fi
        cd "$2/archives"
        if [ -e "$new/old" ]; then
            xargs -d '\\n' touch -c <"$new/old"
        fi
        # Not while another build copies from here.
        exec 9>>"$2/lock"
        if flock --exclusive --nonblock 9; then
            find "$2/archives" -type f -mtime +30 -delete
            find "$2" -maxdepth 1 -name 'new.*' -mtime +1 -exec rm -rf {} +
        fi
        chown -R "$3" "$2"
        chown "$3" "${2%/*}"
        """
}
