// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Kernel and initramfs in /boot, by the names that boot loaders look for.
///
/// A kernel's package leaves both to kernel-install, whose plugins put them elsewhere, or nowhere, on a system that does
/// not run. The initramfs is made for any machine, not for the build host.
struct RPMBootFiles {
    private let names: RPMDistribution.BootNames

    init(_ names: RPMDistribution.BootNames) { self.names = names }

    /// Makes what is missing.
    func complete(_ target: PostInstallContext) throws {
        try target.run(
            "/bin/sh",
            [
                "-ec", Self.script, "sh", names.kernelPrefix, names.initramfsPrefix,
                names.initramfsSuffix,
            ])
    }

    /// Takes the prefix of kernels, and prefix and suffix of the initramfs.
    private static let script = """
        for modules in /usr/lib/modules/*; do
            version=${modules##*/}
            kernel=
            for file in "$modules/vmlinuz" "$modules/Image" "$modules/image"; do
                if [ -e "$file" ]; then kernel=$file; break; fi
            done
            [ -n "$kernel" ] || continue
            if [ ! -e "/boot/$1$version" ]; then
                cp "$kernel" "/boot/$1$version"
            fi
            image=/boot/$2$version$3
            if [ ! -s "$image" ] && command -v dracut >/dev/null; then
                dracut --force --no-hostonly --kver "$version" "$image"
            fi
        done
        """
}
