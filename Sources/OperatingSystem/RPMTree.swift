// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The target tree as scripts of packages expect it: with /proc, /sys, /dev and /run.
///
/// The mounts are made in a mount namespace of the one command's own, in which its processes are alone as well: all of it
/// is gone when the command ends, however it does. Nothing stays mounted in the tree, and no agent of gpg stays running.
struct RPMTree {
    let path: String
    let target: any HostContext

    init(_ target: any HostContext) throws {
        self.target = target
        path = try target.treePath
    }

    /// Runs a command on the build host while the tree has its mounts, and the folder `cache` of the build host, if
    /// any, is at `place` in it.
    ///
    /// Builds that use the same cache come one after the other.
    func run(
        _ command: [String], cache: String? = nil, at place: String = "",
        environment: [String: String] = [:], input: String? = nil
    ) throws -> ProgramEnd {
        let arguments = [
            "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-ec",
            Self.script, "sh", path,
            cache ?? "", place,
        ]
        return try target.result(
            of: "unshare", arguments + command, environment: environment, input: input
        ).end
    }

    /// Takes the tree, the cache and its place, then the command.
    private static let script = """
        tree=$1 cache=$2 place=$3
        shift 3
        for name in proc sys dev run; do
            if [ -L "$tree/$name" ]; then
                echo "'/$name' of the tree is a link" >&2
                exit 1
            fi
            mkdir -p -m 0755 "$tree/$name"
        done
        mount -t proc -o nosuid,nodev,noexec proc "$tree/proc"
        # Packages own /sys and set its mode, which sysfs itself refuses.
        mount -t tmpfs -o mode=0555,nosuid,nodev,noexec tmpfs "$tree/sys"
        for folder in /sys/*/; do
            mkdir "$tree$folder"
            mount --bind -o ro,nosuid,nodev,noexec "$folder" "$tree$folder"
        done
        mount -t tmpfs -o mode=0755,nosuid tmpfs "$tree/run"
        mount -t tmpfs -o mode=0755,nosuid tmpfs "$tree/dev"
        for name in null zero full random urandom tty; do
            : >"$tree/dev/$name"
            mount --bind "/dev/$name" "$tree/dev/$name"
        done
        mkdir "$tree/dev/pts" "$tree/dev/shm"
        ln -s /proc/self/fd "$tree/dev/fd"
        if [ -n "$cache" ]; then
            mkdir -p "$cache" "$tree$place"
            exec 9>>"$cache.lock"
            if ! flock --nonblock 9; then
                echo "waiting for another build that uses '$cache'"
                flock 9
            fi
            mount --bind "$cache" "$tree$place"
        fi
        "$@" >&2
        """
}
