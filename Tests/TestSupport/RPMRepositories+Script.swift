// SPDX-License-Identifier: Apache-2.0

extension RPMRepositories {
    /// Takes the folder of the plugins and a new folder; runs in bash.
    static let makeScript = packagesScript + "\n" + repositoriesScript

    /// The keys, and how a package of each kind is described to rpmbuild.
    private static let packagesScript = #"""
        set -eu
        umask 022
        plugins=$1 top=$2
        mkdir -p "$top/www" "$top/rpmbuild/SPECS" "$top/keys"
        cd "$top"
        # The socket of gpg-agent needs a short path.
        GNUPGHOME=$(mktemp -d)
        export GNUPGHOME
        trap 'rm -rf "$GNUPGHOME"' EXIT
        quick() { gpg --quiet --batch --passphrase '' "$@" sign "$life"; }
        life=never
        for who in vendor stranger; do quick --quick-generate-key "$who@example.org" rsa3072; done
        life=30d
        quick --faked-system-time 20200101T000000 --quick-generate-key expired@example.org rsa3072 2>/dev/null
        for who in vendor stranger expired; do
            gpg --quiet --armor --export "$who@example.org" >keys/$who.asc
        done
        gpg --quiet --export vendor@example.org >keys/vendor.gpg
        cat keys/expired.asc keys/vendor.asc >keys/expired-and-vendor.asc

        # What the elements' manifests ask for, all in one package, but for what a test of its own brings.
        provides=$(python3 - "$plugins" <<'P'
        import glob, json, sys
        names = set()
        for file in glob.glob(sys.argv[1] + "/*/manifest.json"):
            lists = json.load(open(file)).get("packages", {})
            for entry in lists.get("redhat", []) + lists.get("suse", []):
                entry = {"name": entry} if isinstance(entry, str) else entry
                names.update(entry.get("names", [entry.get("name")]))
        print(", ".join(sorted(n for n in names if "iscsi" not in n and "subscription" not in n)))
        P
        )
        start() { # NAME ARCHITECTURE: a specification without the files
            printf '%s\n' '%global debug_package %{nil}' '%global __os_install_post %{nil}' \
                '%global _binary_payload w0.ufdio' "Name: $1" 'Version: 1.0' 'Release: 1' \
                'Summary: A package of the tests' 'License: Apache-2.0' 'AutoReqProv: no'
            [ "$2" = any ] || echo "BuildArch: $2"
        }
        tool() { # NAME REQUIRES
            start "$1" noarch
            echo "Requires: /bin/sh $2"
            identity=:
            case $1 in
                *iscsi*) identity='mkdir -p /etc/iscsi /etc/ssh; echo $$ >/etc/iscsi/initiatorname.iscsi; echo $$ >/etc/ssh/ssh_host_rsa_key' ;;
            esac
            printf '%s\n' '%description' 'A tool.' '%install' "mkdir -p %{buildroot}/opt" \
                "echo $1 >%{buildroot}/opt/$1" '%post' \
                "test -d /proc/self && test -c /dev/null && test -d /sys/kernel && touch /opt/$1.post" \
                "$identity" \
                '%files' "/opt/$1"
        }
        base() {
            start small-base any
            echo "Provides: system-release = 41, /bin/sh, $provides"
            cat <<'S'
        %description
        A system of busybox.
        %install
        cd %{buildroot}
        mkdir -p usr/bin usr/sbin usr/lib usr/lib64 etc/yum.repos.d etc/zypp/repos.d etc/rpm tmp var/log \
            var/tmp root proc sys dev run boot
        cp /bin/busybox usr/bin/busybox
        for name in $(/bin/busybox --list); do
            case $name in rpm | busybox | */*) ;; *) ln -s busybox usr/bin/$name ;; esac
        done
        for name in bin sbin lib lib64; do ln -s usr/$name $name; done
        # A stand-in that writes its words where the initramfs belongs.
        printf '#!/bin/sh\nfor image; do :; done\necho "$*" >"$image"\n' >usr/bin/dracut
        chmod 0755 usr/bin/dracut
        mkdir -p usr/lib/modules/6.1-test
        echo kernel >usr/lib/modules/6.1-test/vmlinuz
        echo root:x:0:0:root:/root:/bin/sh >etc/passwd
        echo root:x:0: >etc/group
        printf 'ID=small\nVERSION_ID=41\n' >etc/os-release
        for folder in yum.repos.d zypp/repos.d; do
            printf '[own]\nname=own\nbaseurl=http://127.0.0.1:9/\nenabled=1\n' >etc/$folder/own.repo
        done
        echo '%%_dbpath /usr/lib/sysimage/rpm' >etc/rpm/macros
        %files
        /usr
        /bin
        /sbin
        /lib
        /lib64
        /etc
        /var
        /run
        /boot
        %dir %attr(1777,root,root) /tmp
        %dir %attr(0700,root,root) /root
        %dir /proc
        %dir /sys
        %dir /dev
        S
        }
        programs() { # NAME DEBIAN-PACKAGE...: programs of this machine with their libraries
            start "$1" any
            shift
            printf '%s\n' '%description' 'Programs of the build host.' '%install' \
                "/bin/bash $top/copy %{buildroot} $*" '%files' '/usr' '/etc/pki'
        }
        selinux() { # a policy that has three types
            start small-selinux any
            cat <<'S'
        %description
        A policy.
        %install
        folder=%{buildroot}/etc/selinux/targeted/contexts/files
        mkdir -p "$folder" %{buildroot}/usr/sbin
        cp /usr/sbin/setfiles %{buildroot}/usr/sbin
        for library in $(ldd /usr/sbin/setfiles | grep -o '/[^ )]*'); do
            mkdir -p "%{buildroot}/usr${library%%/*}"
            cp -L "$library" "%{buildroot}/usr$library"
        done
        echo SELINUXTYPE=targeted >%{buildroot}/etc/selinux/config
        printf '%s\tsystem_u:object_r:%s:s0\n' '/.*' root_t '/etc(/.*)?' etc_t '/proc' proc_t >"$folder/file_contexts"
        %files
        /etc/selinux
        /usr
        S
        }
        cat >copy <<'S'
        set -eu
        root=$1
        shift
        mkdir -p "$root/etc/pki/consumer"
        dpkg -L "$@" | grep '^/usr/' | grep -Ev '^/usr/share/(doc|man|locale|info|lintian|bash-completion)' \
            | while read -r file; do [ -d "$file" ] && [ ! -L "$file" ] || echo "${file#/}"; done | sort -u >"$root.list"
        tar -C / -cf - --exclude=__pycache__ --exclude=test -T "$root.list" | tar -C "$root" -xf -
        find "$root/usr" -type f \( -name '*.so*' -o -perm -100 \) | while read -r file; do
            ldd "$file" 2>/dev/null | grep -o '/[^ )]*' || :
        done | sort -u | while read -r library; do
            [ -e "$library" ] || continue
            place=$root$library
            case $library in /usr/*) ;; *) place=$root/usr$library ;; esac
            mkdir -p "$(dirname "$place")"
            [ -e "$place" ] || cp -L "$library" "$place"
        done
        rm -f "$root.list"
        S
        """#

    /// The packages, who signs them, and the folders in which servers of distributions have them.
    private static let repositoriesScript = #"""
        python="python3-minimal python3.11-minimal libpython3.11-minimal libpython3.11-stdlib"
        base >rpmbuild/SPECS/base.spec
        tool hello "" >rpmbuild/SPECS/hello.spec
        for name in iscsi-initiator-utils open-iscsi; do tool $name "" >rpmbuild/SPECS/$name.spec; done
        selinux >rpmbuild/SPECS/small-selinux.spec
        # shellcheck disable=SC2086
        programs small-dnf $python rpm rpm-common dnf dnf-data libdnf2-common python3-dnf python3-hawkey python3-libdnf \
            python3-libcomps python3-rpm python3-gpg >rpmbuild/SPECS/small-dnf.spec
        programs small-zypper zypper libzypp-common libsolv-tools rpm rpm-common gpg gpgv >rpmbuild/SPECS/small-zypper.spec
        build() {
            for file; do
                rpmbuild --quiet -bb --define "_topdir $top/rpmbuild" --define "_build_id_links none" \
                    "rpmbuild/SPECS/$file.spec" >"rpmbuild/$file.log" 2>&1 || { cat "rpmbuild/$file.log" >&2; exit 1; }
            done
        }
        sign() { # KEY FILE...
            local who=$1
            shift
            rpmsign --addsign --define "__gpg /usr/bin/gpg" --define "_gpg_path $GNUPGHOME" \
                --define "_gpg_name $who@example.org" \
                --define '_gpg_sign_cmd_extra_args --batch --pinentry-mode loopback --passphrase ""' "$@" >rpmbuild/sign.log 2>&1
        }
        index() { # FOLDER KEY: with the key beside the index, as a server of zypper's repositories offers it
            createrepo_c --quiet --simple-md-filenames "$1"
            [ -n "$2" ] || return 0
            gpg --quiet --batch --local-user "$2@example.org" --detach-sign --armor "$1/repodata/repomd.xml"
            cp "keys/$2.asc" "$1/repodata/repomd.xml.key"
        }
        build base hello iscsi-initiator-utils open-iscsi small-dnf small-zypper small-selinux
        made=rpmbuild/RPMS
        for name in main tools unsigned foreign foreign-index unsigned-index chroot registered; do mkdir -p "www/$name"; done
        cp $made/*/small-base* www/main
        for name in unsigned foreign; do cp $made/noarch/*iscsi* "www/$name"; done
        sign stranger www/foreign/*.rpm
        sign vendor www/main/*.rpm $made/noarch/*.rpm $made/*/small-selinux* $made/*/small-dnf* $made/*/small-zypper*
        for name in tools foreign-index unsigned-index; do cp $made/noarch/*iscsi* "www/$name"; done
        cp $made/noarch/hello* www/tools
        tool iscsi-initiator-utils "small-dnf small-selinux" >rpmbuild/SPECS/iscsi-initiator-utils.spec
        tool open-iscsi small-zypper >rpmbuild/SPECS/open-iscsi.spec
        build iscsi-initiator-utils open-iscsi
        cp $made/noarch/*iscsi* $made/noarch/hello* $made/*/small-dnf* $made/*/small-zypper* $made/*/small-selinux* www/chroot
        sign vendor www/chroot/*iscsi*
        {
            start subscription-manager noarch
            echo "Requires: small-dnf"
            printf '%s\n' '%description' 'A stand-in that records.' '%install' \
                'mkdir -p %{buildroot}/usr/sbin %{buildroot}/etc/rhsm' \
                "install -m 0755 $top/stand-in %{buildroot}/usr/sbin/subscription-manager" \
                'echo "hostname = subscription.example.org" >%{buildroot}/etc/rhsm/rhsm.conf' \
                '%files' /usr/sbin/subscription-manager /etc/rhsm
        } >rpmbuild/SPECS/subscription-manager.spec
        build subscription-manager
        cp $made/noarch/subscription-manager* $made/*/small-dnf* $made/noarch/hello* www/registered
        cp www/tools/iscsi* www/registered
        sign vendor www/registered/subscription-manager*
        for name in main tools unsigned foreign chroot registered; do index "www/$name" vendor; done
        index www/foreign-index stranger
        index www/unsigned-index ""
        gpgconf --kill all
        # The folders of the distributions' servers; BaseOS is main, AppStream and updates are tools.
        link() { # PATH TARGET
            mkdir -p "www/$(dirname "$1")"
            ln -s "$(realpath --relative-to="www/$(dirname "$1")" "www/$2")" "www/$1"
        }
        for release in 42 44 45; do
            link fedora/releases/$release/Everything/x86_64/os main
            link fedora/updates/$release/Everything/x86_64 tools
        done
        link opensuse/tumbleweed/repo/oss main
        link opensuse/update/tumbleweed tools
        for release in 8 9 10 9-stream 10-stream; do
            link el/$release/BaseOS/x86_64/os main
            link el/$release/AppStream/x86_64/os tools
        done
        for release in 9 10; do
            link rhel/content/dist/rhel$release/$release/x86_64/baseos/os main
            link rhel/content/dist/rhel$release/$release/x86_64/appstream/os tools
            link rhel/content/public/ubi/dist/ubi$release/$release/x86_64/baseos/os main
            link rhel/content/public/ubi/dist/ubi$release/$release/x86_64/appstream/os registered
        done
        rm -rf rpmbuild
        """#
}
