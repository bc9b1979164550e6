// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// A small apt archive that mmdebstrap can make a tree of: dpkg of the build host with its libraries, busybox, and one
/// package that stands for all others.
struct FakeArchive {
    /// Its folder, for a server.
    let served: FilePath
    /// The keyring with the key that signs it.
    let keyring: FilePath

    /// Makes and signs it for one release.
    ///
    /// - Parameters:
    ///   - folder: An empty folder.
    ///   - distribution: ID of os-release.
    ///   - release: The suite; those of updates and of security are there too.
    ///   - packages: What else a build asks for.
    /// - Throws: What goes wrong in the script.
    init(in folder: FilePath, of distribution: String, release: String, packages: [String]) throws {
        served = folder.appending("www")
        keyring = folder.appending("archive.gpg")
        try Command(
            "bash", ["-c", Self.script, "bash", folder.string, release, distribution] + packages
        ).checkedOutput()
    }

    private static let script = """
        set -eu -o pipefail
        folder=$1 suite=$2 id=$3
        shift 3
        arch=$(dpkg --print-architecture)
        # Ubuntu's elements use the component universe, Debian's have main alone.
        if [ "$id" = ubuntu ]; then others=universe; fi
        mkdir -p "$folder/www/pool" "$folder/packages"
        cd "$folder/packages"
        # control NAME FIELDS
        control() {
            mkdir -p "$1/DEBIAN"
            printf 'Package: %s\\nVersion: 1\\nArchitecture: %s\\nMaintainer: a <a@b>\\nDescription: d\\n%b' \\
                "$1" "$arch" "$2" >"$1/DEBIAN/control"
        }
        essential='Essential: yes\\nPriority: required\\n'

        control base-files "$essential"
        for name in bin sbin lib lib64; do
            mkdir -p "base-files/usr/$name"
            ln -s "usr/$name" "base-files/$name"
        done
        mkdir -p base-files/{dev,proc,sys,run,tmp,root,boot/efi,home,etc/default,etc/systemd/system,etc/systemd/network} \\
            base-files/{etc/ssh,var/tmp,var/log,var/lib,var/cache,usr/local/bin,usr/local/sbin}
        printf 'root:x:0:0:root:/root:/bin/sh\\n' >base-files/etc/passwd
        printf 'root:x:0:\\n' >base-files/etc/group
        printf 'NAME=Test\\nID=%s\\nVERSION_CODENAME=%s\\n' "$id" "$suite" >base-files/etc/os-release

        control busybox "$essential"
        mkdir -p busybox/usr/bin
        cp /bin/busybox busybox/usr/bin/
        for name in $(busybox --list); do
            case $name in
                # busybox would run its own of these.
                busybox | dpkg* | tar | ar | env | sh | ash) ;;
                *) ln -s busybox "busybox/usr/bin/$name" ;;
            esac
        done

        control dpkg "$essential"
        mkdir -p dpkg/usr/{bin,sbin,lib,lib64} dpkg/var/lib/dpkg dpkg/etc/dpkg/dpkg.cfg.d
        for name in dpkg dpkg-deb dpkg-split dpkg-query dpkg-divert dpkg-statoverride dpkg-trigger tar env; do
            cp "$(command -v $name)" dpkg/usr/bin/
        done
        cp /bin/dash dpkg/usr/bin/sh
        cp "$(command -v start-stop-daemon)" dpkg/usr/sbin/
        ldd dpkg/usr/bin/* 2>/dev/null | awk '$2 == "=>" { print $3 } $1 ~ /^\\/lib64/ { print $1 }' | sort -u |
            while read -r file; do
                mkdir -p "dpkg/usr/${file%/*}"
                cp -L "$file" "dpkg/usr/$file"
            done
        if [ -d dpkg/usr/usr ]; then
            cp -a dpkg/usr/usr/. dpkg/usr/
            rm -r dpkg/usr/usr
        fi

        for name in ldconfig systemctl; do
            printf '#!/bin/sh\\n' >"dpkg/usr/sbin/$name"
            chmod 755 "dpkg/usr/sbin/$name"
        done

        control apt 'Priority: required\\n'
        mkdir -p apt/etc/apt/apt.conf.d apt/etc/apt/sources.list.d apt/var/lib/apt apt/var/cache/apt
        control all-others "Provides: $(IFS=,; echo "$*")\\n"
        mkdir -p all-others/usr/share
        echo others >all-others/usr/share/others
        for name in *; do dpkg-deb --root-owner-group -Znone --build "$name" ../www/pool >/dev/null; done

        cd ../www
        export GNUPGHOME=$folder/archive-gnupg
        mkdir -m 700 "$GNUPGHOME"
        gpg --quiet --batch --passphrase '' --quick-generate-key archive@example.org ed25519 sign never
        gpg --export archive@example.org >../archive.gpg
        for name in "$suite" "$suite-updates" "$suite-security"; do
            dists=dists/$name
            for component in main universe; do
                mkdir -p "$dists/$component/binary-$arch"
                : >"$dists/$component/binary-$arch/Packages"
            done
            if [ "$name" = "$suite" ]; then
                for file in pool/*.deb; do
                    component=main
                    if [ "${others:-}" ] && [[ "$file" == */all-others* ]]; then component=$others; fi
                    {
                        dpkg-deb --field "$file"
                        printf 'Filename: %s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" \\
                            "$(sha256sum "$file" | cut -d ' ' -f 1)"
                    } >>"$dists/$component/binary-$arch/Packages"
                done
            fi
            {
                printf 'Suite: %s\\nCodename: %s\\nComponents: main universe\\nArchitectures: %s\\nDate: %s\\nSHA256:\\n' \\
                    "$name" "$name" "$arch" "$(LC_ALL=C date -u +'%a, %d %b %Y %T UTC')"
                for component in main universe; do
                    file=$component/binary-$arch/Packages
                    printf ' %s %s %s\\n' "$(sha256sum "$dists/$file" | cut -d ' ' -f 1)" \\
                        "$(stat -c %s "$dists/$file")" "$file"
                done
            } >"$dists/Release"
            gpg --quiet --batch --clearsign --output "$dists/InRelease" "$dists/Release"
        done
        gpgconf --kill all
        """
}
