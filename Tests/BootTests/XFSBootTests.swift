// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// A Debian whose root file system is XFS, on the layout that `vm` gets by default.
///
/// It looks at the disks of all other layouts, too, which have no label in common with its own.
struct XFSBootTests {
    @Test func `a disk with an XFS root boots by BIOS`() throws {
        let disk = try DebianDisk.make("xfs", ["vm"], environment: ["FS_TYPE": "xfs"])
        var options = GuestOptions(disk: disk)
        options.deadline = .seconds(600)
        try TemporaryFolder.with("layouts", in: BuiltProducts.folder) { folder in
            let layouts = try LayoutDisks(in: folder)
            options.disks = layouts.disks
            try BootHarness.boot(options) { guest in
                try guest.logIn()
                try expectTheRoot(guest)
                let found = try guest.run(layouts.commands)
                #expect(found.output == layouts.expected.joined(separator: "\n"))
                #expect(found.status == 0)
            }
        }
    }

    private func expectTheRoot(_ guest: Guest) throws {
        let root = try guest.run("findmnt -n -o FSTYPE,LABEL,OPTIONS / | tr -s ' '")
        #expect(root.output.hasPrefix("xfs img-rootfs rw,"), "\(root)")
        let table = try guest.run("cat /etc/fstab; cat /proc/cmdline")
        #expect(table.output.hasPrefix("LABEL=img-rootfs / xfs defaults 0 1\n"), "\(table)")
        #expect(table.output.contains("root=LABEL=img-rootfs"), "\(table)")
        // As an upgrade of GRUB does it: no disk is installed to, and the menu is made again.
        let menu = try guest.run(
            "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure grub-pc"
                + " && grep -q 'insmod xfs' /boot/grub/grub.cfg")
        #expect(menu.status == 0, "\(menu)")
        #expect(menu.output.contains("Generating grub configuration file"), "\(menu)")
        let tools = try guest.run(
            "xfs_info / | grep -o 'bigtime=1' && xfs_growfs -n / >/dev/null")
        #expect(tools.output == "bigtime=1", "\(tools)")
        let failed = try guest.run("systemctl --failed --no-legend --plain")
        #expect(failed.output.isEmpty, "units failed: \(failed.output)")
    }
}
