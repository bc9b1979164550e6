// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// One disk of the element block-device-efi, booted by each kind of firmware.
struct FirmwareBootTests {
    /// Debian with the layout block-device-efi, made when the first test asks for it.
    private static let image = Result { () throws -> FilePath in
        try DebianDisk.make("hybrid", ["vm", "block-device-efi"])
    }

    /// Boots `disk` and keeps what the guest changes, or the shared image and keeps nothing.
    private func boot(
        _ firmware: GuestOptions.Firmware, _ disk: FilePath? = nil, _ body: (Guest) throws -> Void
    ) throws {
        var options = GuestOptions(disk: try disk ?? Self.image.get())
        options.firmware = firmware
        options.keepsChanges = disk != nil
        options.deadline = .seconds(600)
        try BootHarness.boot(options) { guest in
            try guest.logIn()
            try expectThatTheDiskIsWhatItsLayoutSays(guest)
            try body(guest)
            let failed = try guest.run("systemctl --failed --no-legend --plain")
            #expect(failed.output.isEmpty, "units failed: \(failed.output)")
        }
    }

    private func expectThatTheDiskIsWhatItsLayoutSays(_ guest: Guest) throws {
        let mounts = try guest.run(
            "for point in / /boot/efi; do findmnt -n -o TARGET,FSTYPE,LABEL,PARTLABEL $point; done"
                + " | tr -s ' '")
        #expect(
            mounts.output == """
                / ext4 cloudimg-rootfs root
                /boot/efi vfat ESP ESP
                """)
        let commandLine = try guest.run("cat /proc/cmdline")
        #expect(commandLine.output.contains("root=LABEL=cloudimg-rootfs"), "\(commandLine)")
        let table = try guest.run("cat /etc/fstab; stat -c %a /boot/efi/EFI")
        #expect(
            table.output == """
                LABEL=cloudimg-rootfs / ext4 errors=remount-ro 0 1
                LABEL=ESP /boot/efi vfat umask=0077 0 2
                700
                """)
    }

    @Test func `a hybrid disk boots by BIOS from its BIOS boot partition`() throws {
        try boot(.bios) { guest in
            let state = try guest.run("test ! -e /sys/firmware/efi")
            #expect(state.status == 0)
            // An upgrade keeps the files for UEFI up to date, whatever the system was started by.
            let installed = try guest.run(
                ": >/boot/efi/EFI/BOOT/grubx64.efi;"
                    + " DEBIAN_FRONTEND=noninteractive dpkg-reconfigure grub-efi-amd64 &&"
                    + " test -s /boot/efi/EFI/BOOT/grubx64.efi")
            #expect(installed.status == 0, "\(installed)")
            try expectTheSameRoot(guest)
        }
    }

    /// What upgrades of GRUB's packages do is done in between.
    @Test func `the same disk boots by UEFI, and with Secure Boot after GRUB was installed anew`()
        throws
    {
        try TemporaryFolder.with("uefi", in: BuiltProducts.folder) { folder in
            let disk = folder.appending("disk.qcow2")
            try Command(
                "qemu-img",
                [
                    "create", "-q", "-f", "qcow2", "-F", "raw", "-b", Self.image.get().string,
                    disk.string,
                ]
            ).checkedOutput()
            try boot(.uefi, disk) { guest in
                try expectTheSignedFiles(guest)
                try expectThatTheMenuCanBeMadeAgain(guest)
                try expectThatPackagesInstallGrubAnew(guest)
                let written = try guest.run("cd / && umount /boot/efi && sync")
                #expect(written.status == 0, "\(written)")
            }
            try boot(.secureBoot, disk) { try expectSecureBoot($0) }
        }
    }

    private func expectTheSignedFiles(_ guest: Guest) throws {
        let files = try guest.run("cd /boot/efi && find . -type f | sort")
        #expect(
            files.output == """
                ./EFI/BOOT/BOOTX64.EFI
                ./EFI/BOOT/grubx64.efi
                ./EFI/BOOT/mmx64.efi
                ./EFI/debian/grub.cfg
                ./EFI/debian/grubx64.efi
                ./EFI/debian/mmx64.efi
                ./EFI/debian/shimx64.efi
                """)
        let signed = try guest.run(
            "cmp /usr/lib/shim/shimx64.efi.signed /boot/efi/EFI/BOOT/BOOTX64.EFI && "
                + "cmp /usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
                + " /boot/efi/EFI/BOOT/grubx64.efi")
        #expect(signed.status == 0, "\(signed)")
    }

    /// GRUB's package is configured anew as after an upgrade: both folders of the system partition are written again,
    /// and the firmware's list of boot entries is left alone.
    private func expectThatPackagesInstallGrubAnew(_ guest: Guest) throws {
        let before = "ls /sys/firmware/efi/efivars | grep '^Boot' | sort"
        let entries = try guest.run("\(before); : >/boot/efi/EFI/BOOT/grubx64.efi")
        let installed = try guest.run(
            "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure grub-efi-amd64")
        #expect(installed.status == 0, "\(installed)")
        #expect(installed.output.contains("Installation finished. No error reported."))
        let files = try guest.run(
            "cmp /usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed /boot/efi/EFI/BOOT/grubx64.efi"
                + " && grep -h search /boot/efi/EFI/debian/grub.cfg && ls /boot/efi/EFI")
        #expect(files.status == 0, "\(files)")
        #expect(files.output.hasPrefix("search.fs_uuid "), "\(files)")
        let after = try guest.run(before)
        #expect(after.output == entries.output)
    }

    /// Secure Boot is on, with the keys that machines come with.
    private func expectSecureBoot(_ guest: Guest) throws {
        // Four bytes of attributes, then the value.
        let variable = try guest.run(
            "od -An -tu1 -j4 /sys/firmware/efi/efivars/SecureBoot-* | tr -d ' '")
        #expect(variable.output == "1")
        let tool = try guest.run("mokutil --sb-state")
        #expect(tool.output == "SecureBoot enabled")
        let kernel = try guest.run("dmesg | grep -c 'secureboot: Secure boot enabled'")
        #expect(kernel.output == "1")
        let lockdown = try guest.run("cat /sys/kernel/security/lockdown")
        #expect(lockdown.output.contains("[integrity]"), "\(lockdown)")
    }

    /// update-grub makes the menu of the running system, with the same root.
    private func expectThatTheMenuCanBeMadeAgain(_ guest: Guest) throws {
        let menu = try guest.run("update-grub && grub-script-check /boot/grub/grub.cfg")
        #expect(menu.status == 0, "\(menu)")
        try expectTheSameRoot(guest)
    }

    private func expectTheSameRoot(_ guest: Guest) throws {
        let lines = try guest.run(
            "grep -o '/vmlinuz-.* root=[^ ]*' /boot/grub/grub.cfg | sed 's/.* //' | sort -u")
        #expect(lines.output == "root=LABEL=cloudimg-rootfs", "\(lines)")
    }
}
