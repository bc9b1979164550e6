// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// Images in the layouts of distributions' own cloud images, with a small system in them.
enum ImageLayouts {
    /// Arguments: the folder to work in, the new image's path, and a tree for the image or nothing; prints nothing.
    private static let prelude = """
        set -eu -o pipefail
        mkdir "$1" && cd "$1"
        out=$2
        mkdir -p files/{etc,boot/efi,home,var,usr/lib,usr/bin,usr/share}
        printf 'NAME=Test\\nID=test\\nVERSION_CODENAME=noble\\n' >files/usr/lib/os-release
        ln -s ../usr/lib/os-release files/etc/os-release
        echo 0123456789abcdef0123456789abcdef >files/etc/machine-id
        mkdir files/etc/ssh; echo secret >files/etc/ssh/ssh_host_rsa_key
        cp /bin/busybox files/usr/bin/busybox
        setcap cap_net_raw+ep files/usr/bin/busybox
        echo owned >files/usr/share/owned; chown 12:34 files/usr/share/owned; ln files/usr/share/owned files/usr/share/linked
        setfattr -n user.note -v kept files/usr/share/owned
        setfattr -n security.selinux -v system_u:object_r:usr_t:s0 files/usr/share/owned
        setfacl -m u:55:rwx files/usr/share/owned
        truncate -s 1M files/usr/share/sparse
        [ -z "$3" ] || cp -a --remove-destination "$3"/. files/
        kernel=vmlinuz-6.1
        # The EFI system partition.
        mkfs.vfat -C -n UEFI efi 20480 >/dev/null
        mmd -i efi ::EFI ::EFI/vendor; echo loader >loader; mcopy -i efi loader ::EFI/vendor/shimx64.efi
        # put PART SECTOR
        put() { dd if="$1" of=raw bs=512 seek="$2" conv=notrunc,sparse status=none; }
        mkdir mnt
        efi=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
        bios=21686148-6449-6E6F-744E-656564454649
        xboot=BC13C2FF-59E6-4262-A352-B275FD6F7172
        linux=0FC63DAF-8483-4772-8E79-3D69D8477DE4

        """

    /// What is after the prelude, by distribution.
    static let scripts = [
        // One ext4 by its type; the table lists the last numbers first.
        "debian": """
        echo kernel >files/boot/$kernel
        echo "PARTUUID=00000000-1111-2222-3333-444444444444 / ext4 rw 0 1" >files/etc/fstab
        truncate -s 60M root; mke2fs -q -t ext4 -d "$PWD/files" root
        truncate -s 90M raw
        sfdisk -q raw <<END
        label: gpt
        14: start=2048, size=6144, type=$bios
        15: start=8192, size=40960, type=$efi
        1: start=49152, size=122880, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
        END
        put efi 8192; put root 49152
        qemu-img convert -c -O qcow2 raw "$out"
        """,
        // Labels, with /boot apart as from 24.04 on.
        "ubuntu": """
        mkdir apart; echo kernel >apart/$kernel; mkdir apart/efi
        printf 'LABEL=cloudimg-rootfs\\t/\\t ext4\\tdiscard\\t0 1\\nLABEL=BOOT\\t/boot\\text4\\tdefaults\\t0 2\\nLABEL=UEFI\\t/boot/efi\\tvfat\\tumask=0077\\t0 1\\n' >files/etc/fstab
        truncate -s 20M boot; mke2fs -q -t ext4 -L BOOT -d "$PWD/apart" boot
        truncate -s 60M root; mke2fs -q -t ext4 -L cloudimg-rootfs -d "$PWD/files" root
        truncate -s 120M raw
        sfdisk -q raw <<END
        label: gpt
        14: start=2048, size=6144, type=$bios
        15: start=8192, size=40960, type=$efi
        16: start=49152, size=40960, type=$xboot
        1: start=90112, size=122880, type=$linux
        END
        put efi 8192; put boot 49152; put root 90112
        qemu-img convert -O qcow2 raw "$out"
        """,
        // A btrfs with subvolumes, /boot an ext4 apart, all by UUID.
        "fedora": """
        mkdir -p apart/{efi,loader/entries} files/etc/selinux; echo kernel >apart/$kernel
        echo SELINUX=enforcing >files/etc/selinux/config
        printf 'title Test\\noptions root=UUID=x ro rootflags=subvol=root quiet\\n' >apart/loader/entries/test.conf
        truncate -s 20M boot; mke2fs -q -t ext4 -U 11111111-2222-3333-4444-555555555555 -d "$PWD/apart" boot
        truncate -s 150M root; mkfs.btrfs -q -L fedora root
        id=$(blkid -p -o value -s UUID root) vfat=$(blkid -p -o value -s UUID efi)
        printf 'UUID=%s / btrfs subvol=root,compress=zstd:1 0 0\\nUUID=11111111-2222-3333-4444-555555555555 /boot ext4 defaults 1 2\\nUUID=%s /boot/efi vfat umask=0077 0 2\\nUUID=%s /home btrfs subvol=home,compress=zstd:1 0 0\\nUUID=%s /var btrfs subvol=var 0 0\\n' $id $vfat $id $id >files/etc/fstab
        mount -o loop root mnt
        for part in root home var; do btrfs -q subvolume create mnt/$part; done
        cp -a files/. mnt/root/; echo home >mnt/home/inside; echo var >mnt/var/inside
        umount mnt
        truncate -s 210M raw
        sfdisk -q raw <<END
        label: gpt
        1: start=2048, size=2048, type=$bios
        2: start=4096, size=40960, type=$efi
        3: start=45056, size=40960, type=$xboot
        4: start=86016, size=307200, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
        END
        put efi 4096; put boot 45056; put root 86016
        qemu-img convert -O qcow2 raw "$out"
        """,
        // A btrfs whose default subvolume is a snapshot, and the others below @.
        "opensuse": """
        echo kernel >files/boot/$kernel; mkdir files/.snapshots
        truncate -s 150M root; mkfs.btrfs -q -L ROOT root
        id=$(blkid -p -o value -s UUID root)
        printf 'UUID=%s / btrfs defaults 0 0\\nUUID=%s /home btrfs subvol=/@/home 0 0\\nUUID=%s /var btrfs subvol=/@/var 0 0\\nUUID=%s /.snapshots btrfs subvol=/@/.snapshots 0 0\\nLABEL=UEFI /boot/efi vfat defaults 0 0\\n' $id $id $id $id >files/etc/fstab
        mount -o loop root mnt
        for part in @ @/home @/var @/.snapshots; do btrfs -q subvolume create mnt/$part; done
        mkdir mnt/@/.snapshots/1; btrfs -q subvolume create mnt/@/.snapshots/1/snapshot
        cp -a files/. mnt/@/.snapshots/1/snapshot/; echo home >mnt/@/home/inside; echo var >mnt/@/var/inside
        btrfs subvolume set-default mnt/@/.snapshots/1/snapshot
        umount mnt
        truncate -s 200M raw
        sfdisk -q raw <<END
        label: gpt
        1: start=2048, size=4096, type=$bios
        2: start=6144, size=40960, type=$efi
        3: start=47104, size=307200, type=$linux
        END
        put efi 6144; put root 47104
        qemu-img convert -O qcow2 raw "$out"
        """,
        // XFS for the root and for /boot.
        "centos": """
        truncate -s 310M boot; mkfs.xfs -q -L boot boot; truncate -s 310M root; mkfs.xfs -q -L root root
        printf 'UUID=%s / xfs defaults 0 0\\nUUID=%s /boot xfs defaults 0 0\\nLABEL=UEFI /boot/efi vfat defaults 0 2\\n' "$(blkid -p -o value -s UUID root)" "$(blkid -p -o value -s UUID boot)" >files/etc/fstab
        mount -o loop root mnt; cp -a files/. mnt/; umount mnt
        mount -o loop boot mnt; mkdir mnt/efi; echo kernel >mnt/$kernel; umount mnt
        truncate -s 650M raw
        sfdisk -q raw <<END
        label: gpt
        1: start=2048, size=2048, type=$bios
        2: start=4096, size=40960, type=$efi
        3: start=45056, size=634880, type=$xboot
        4: start=679936, size=634880, type=$linux
        END
        put efi 4096; put boot 45056; put root 679936
        qemu-img convert -O qcow2 raw "$out"
        """,
        "squashfs": """
        echo kernel >files/boot/$kernel; mkdir files/boot/efi/EFI; cp loader files/boot/efi/EFI/
        mksquashfs files "$out" -quiet -no-progress
        """,
        "tar in xz": """
        echo kernel >files/boot/$kernel
        tar --create --acls --xattrs --xattrs-include='*' -C files . | xz -0 >"$out"
        """,
        "raw in gzip": """
        echo kernel >files/boot/$kernel
        truncate -s 40M root; mke2fs -q -t ext4 -d "$PWD/files" root; gzip -1 <root >"$out"
        """,
        "raw in zstd": """
        echo kernel >files/boot/$kernel
        truncate -s 40M root; mke2fs -q -t ext4 -d "$PWD/files" root
        truncate -s 42M raw; printf 'label: dos\\nstart=2048, type=83\\n' | sfdisk -q raw; put root 2048
        zstd -q raw -o "$out"
        """,
        "logical volume": """
        truncate -s 20M raw; printf 'label: dos\\nstart=2048, type=8e\\n' | sfdisk -q raw
        qemu-img convert -O qcow2 raw "$out"
        """,
        "no system": """
        truncate -s 20M root; mke2fs -q -t ext4 root; qemu-img convert -O qcow2 root "$out"
        """,
        "backing file": """
        qemu-img create -q -f raw base 1M; qemu-img create -q -f qcow2 -F raw -b "$PWD/base" "$out"
        """,
    ]

    /// Makes the image of a layout as the file `image`, with what is in `tree` beside its own small system.
    static func make(
        _ layout: String, in folder: FilePath, as image: FilePath, tree: FilePath? = nil
    ) throws {
        let script = prelude + (scripts[layout] ?? "exit 1")
        try Command(
            "bash",
            [
                "-c", script, "bash", folder.appending("layout").string, image.string,
                tree?.string ?? "",
            ]
        ).checkedOutput()
        try Command(
            "rm", ["-rf", "--one-file-system", "--", folder.appending("layout").string]
        ).checkedOutput()
    }
}
