// SPDX-License-Identifier: Apache-2.0

/// How the initramfs is made once instead of each time that a package asks for it.
///
/// While the build lasts, /usr/sbin/update-initramfs is a wrapper by way of dpkg-divert. A request by a package's
/// maintainer script, a trigger or a kernel hook is noted and answered with success; a call by anything else runs at
/// once. `refreshScript` makes what is missing or older than the last request; `restoreScript` ends the diversion, so
/// that `dpkg --verify` finds the package's own file.
enum DebianInitramfs {
    /// Where `refreshScript` lies in the tree during the build.
    static let refreshPath = "/usr/local/sbin/dibhost-initramfs"

    /// Read by mkinitramfs last of all, so it can give one of its functions another body.
    static let batchPath = "/usr/share/initramfs-tools/conf-hooks.d/zz-dibhost"

    /// dpkg sets DPKG_RUNNING_VERSION for all that a maintainer script starts, triggers included.
    ///
    /// A `-u` for a kernel
    /// whose initramfs was put off means `-c`.
    static let wrapperScript = """
        #!/bin/sh
        # Placed by dibhost for the length of the build.
        set -eu
        real=/usr/sbin/update-initramfs.dibhost
        case " $* " in *" -d "*) exec "$real" "$@" ;; esac
        if [ -n "${DPKG_RUNNING_VERSION:-}" ]; then
            echo "$*" >>/var/lib/dpkg/dibhost-initramfs
            echo "update-initramfs: put off to the end of the build"
            exit 0
        fi
        made=
        for kernel in /boot/vmlinu[xz]-*; do
            version=${kernel#/boot/vmlinu?-}
            if [ -e "$kernel" ] && [ ! -e "/boot/initrd.img-$version" ]; then
                "$real" -c -k "$version"
                made=1
            fi
        done
        if [ -z "$made" ]; then
            exec "$real" "$@"
        fi

        """

    /// Makes what is missing, older than the last request that was put off, or older than its sources.
    static let refreshScript = """
        #!/bin/sh
        # Placed by dibhost for the length of the build.
        set -eu
        update=/usr/sbin/update-initramfs
        [ -x "$update" ] || exit 0
        asked=/var/lib/dpkg/dibhost-initramfs
        for kernel in /boot/vmlinu[xz]-*; do
            [ -e "$kernel" ] || continue
            version=${kernel#/boot/vmlinu?-}
            image=/boot/initrd.img-$version
            [ -d "/lib/modules/$version" ] || continue
            if [ ! -e "$image" ]; then
                "$update" -c -k "$version"
                continue
            fi
            newer=$(find /etc/initramfs-tools /usr/share/initramfs-tools /etc/modprobe.d \\
                "/lib/modules/$version" ! -path '*dibhost*' -type f -newer "$image" -print -quit \\
                2>/dev/null || :)
            if [ "$asked" -nt "$image" ]; then
                newer=$asked
            fi
            if [ -n "$newer" ]; then
                echo "'$image' is older than '$newer'"
                "$update" -u -k "$version"
            fi
        done

        """

    /// Ends the diversion and leaves no trace of it.
    static let restoreScript = """
        set -eu
        diverted=/usr/sbin/update-initramfs
        if [ "$(dpkg-divert --truename "$diverted")" = "$diverted.dibhost" ]; then
            rm -f "$diverted"
            dpkg-divert --quiet --local --rename --remove "$diverted"
        fi
        rm -f /var/lib/dpkg/dibhost-initramfs \(refreshPath) \(batchPath)
        """

    /// mkinitramfs starts some ten processes for each of 1,200 modules; this body copies all modules of a call with
    /// one.
    ///
    /// The archive holds the same files.
    static let batchScript = """
        # Placed by dibhost for the length of the build: adds the modules of one call together.
        manual_add_modules()
        {
            [ $# -gt 0 ] || return 0
            dibhost_modules=$(
                {
                    /sbin/modprobe --all --set-version="${version?}" --ignore-install --quiet \\
                        --show-depends "$@"
                    /sbin/modprobe --all --set-version="${version}" --quiet --show-depends "$@"
                } | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
                    while read -r dibhost_module; do
                        if [ -L "${dibhost_module}" ]; then
                            copy_file module "${dibhost_module}" >&2 || :
                        elif [ ! -e "${DESTDIR}${dibhost_module}" ]; then
                            echo "${dibhost_module}"
                        fi
                    done
            )
            [ -n "${dibhost_modules}" ] || return 0
            echo "${dibhost_modules}" | sed 's|^/lib/|/usr/lib/|; s|^/||' |
                (cd / && xargs cp --parents -pP -t "${DESTDIR}")
            echo "${dibhost_modules}" | xargs modinfo -k "${version}" -F firmware | sort -u |
                while read -r dibhost_firmware; do
                    add_firmware "${dibhost_firmware}" || :
                done
        }

        """
}
