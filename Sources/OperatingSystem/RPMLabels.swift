// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The labels of SELinux, by the tree's own policy and its own setfiles: the build host's kernel gave the files none.
///
/// A system whose /proc or /dev has no label does not start properly in enforcing mode, so what is mounted in the tree
/// must not hide these folders: setfiles looks at a second view of the tree, without the mounts, that it finds in the
/// first one's /run. The views are gone with the mount namespace that they are in.
struct RPMLabels {
    private let target: CleanupContext

    init(_ target: CleanupContext) { self.target = target }

    /// Labels all files of a tree that has a policy; others stay as they are.
    func write() throws {
        let folder = try target.requiredValue(of: .scratchFolder) + "/labels"
        try target.run(
            "unshare",
            [
                "--mount", "--propagation", "private", "/bin/sh", "-ec", Self.script, "sh",
                try target.treePath, folder,
            ])
    }

    /// Takes the tree and a folder for the views.
    ///
    /// File systems of the image that are mounted in the tree, as below /boot, are labelled with it. setfiles itself needs
    /// /proc.
    private static let script = """
        tree=$(realpath "$1") view=$2
        config=/etc/selinux/config
        [ -f "$tree$config" ] && [ -x "$tree/usr/sbin/setfiles" ] || exit 0
        type=$(sed -n 's/^SELINUXTYPE=\\([a-z]*\\).*/\\1/p' "$tree$config")
        contexts=/etc/selinux/${type:-targeted}/contexts/files/file_contexts
        [ -f "$tree$contexts" ] || exit 0
        mkdir "$view"
        mount --bind "$tree" "$view"
        mount -t proc proc "$view/proc"
        mount --bind "$tree" "$view/run"
        cut -d ' ' -f 5 /proc/self/mountinfo | grep "^$tree/" | while read -r point; do
            place=${point#"$tree"}
            case $place in
                /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /run | /run/* | /tmp/in_target.d*) ;;
                *) mount --bind "$point" "$view/run$place" ;;
            esac
        done
        chroot "$view" /usr/sbin/setfiles -F -m -r /run "$contexts" /run
        """
}
