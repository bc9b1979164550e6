// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// The ramdisks that all tests of a run share: one made beside an image by `dibhost --ramdisk`, one alone.
///
/// The image is a Debian with as little as boots, so that emulated machines are quick to write it.
struct SharedRamdisk: Sendable {
    /// kernel, full.initramfs, plain.initramfs, www/debian.raw and what the program deployments prepared.
    let folder: FilePath

    static let deployments = BuiltProducts.repository.appending(
        "Tests/RamdiskBuildTests/deployments")
    static let elements = ["vm", "mellanox", "deploy-kexec", "raid", "small", "every-service"]

    private static let made = Result {
        SharedRamdisk(folder: try RunFolder.made("test-ramdisk", by: make))
    }

    static func shared() throws -> SharedRamdisk { try made.get() }

    /// The options of the ramdisk that holds everything.
    var fullOptions: [String] { Self.fullOptions(folder) }

    private static func fullOptions(_ folder: FilePath) -> [String] {
        let settings = [
            "deploy.qcow2=true", "deploy.iscsi=true", "deploy.ca=\(folder)/ca.crt",
            "deploy.public-key=\(folder)/deploy.pub", "every-service.file=\(folder)/www/manifest",
        ]
        return ["--ramdisk", "-n"] + settings.flatMap { ["--set", $0] }
    }

    /// Adds the shell elements of the shared build, and a plugin as it was built when the contract was frozen.
    static func addElements(to build: TestBuild) throws {
        try FrozenPlugins.copy("every-service", to: build.plugins)
        try build.addElement("small", ["post-install.d/90-small": small])
        try build.addElement(
            "raid",
            [
                "ramdisk-install.d/10-raid": """
                mkdir -p "$TMP_MOUNT_PATH/opt"
                echo "$KERNEL_VERSION" >"$TMP_MOUNT_PATH/opt/raid"
                """
            ])
        for (file, text) in [
            ("binary-deps.d/raid", "lsblk\nfindmnt\n"),
            ("udev.d/99-raid.rules", "# rules of raid\n"),
            ("init.d/05-raid", "say 'raid is looked at'\n"),
        ] { try TextFile.write(text, to: build.elements.appending("raid/\(file)")) }
    }

    /// Takes away what neither a login nor the ramdisk needs.
    private static let small = """
        mkdir -p /usr/lib/firmware
        echo every-service >/usr/lib/firmware/every-service.bin
        # The element debian reads there which mirror is the distribution's.
        find /usr/share/doc -mindepth 1 -maxdepth 1 ! -name apt -exec rm -rf {} +
        rm -rf /usr/share/{locale,man,i18n,info,perl,zoneinfo,grub,bash-completion,X11,iso-codes,xml,mstflint}/*
        rm -rf /usr/lib/python3* /usr/bin/python3* /var/cache/apt/* /var/lib/apt/lists/*
        rm -rf /usr/lib/udev/hwdb* /usr/bin/{qemu-nbd,qemu-io} /usr/share/misc/pci.ids /var/cache/debconf/*-old
        cd /usr/lib/x86_64-linux-gnu
        rm -rf perl libicu* libperl* gconv
        cd /usr/lib/modules/*/kernel
        rm -rf sound drivers/{gpu,media,staging,iio,hwmon,video,isdn,bluetooth,comedi,mtd,target,md}
        rm -rf drivers/{usb,hid,platform,input,edac,leds,power,thermal,char/ipmi} drivers/net/{wireless,can,wan,usb}
        find drivers/net/ethernet -mindepth 1 -maxdepth 1 ! -name mellanox ! -name intel -exec rm -rf {} +
        rm -rf drivers/scsi/{qla2xxx,lpfc,qla4xxx,bfa,aic7xxx,aic94xx,be2iscsi,bnx2fc,bnx2i,cxgbi,libfc,fcoe}
        rm -rf net/{bluetooth,mac80211,wireless,netfilter,sunrpc,sched,can,openvswitch,sctp,tipc,wireless,batman-adv}
        rm -rf fs/{ocfs2,gfs2,ceph,nfs,nfsd,smb,xfs,f2fs,ubifs,jfs,reiserfs,nilfs2} lib/test_*
        depmod "$(basename "$(dirname "$PWD")")"
        """

    private static func make(in folder: FilePath) throws {
        try Command("/usr/bin/python3", [deployments.string, "prepare", folder.string])
            .checkedOutput()
        let build = try TestBuild(in: folder)
        try addElements(to: build)
        try build.debianCommand(
            elements, formats: "raw,tar", options: fullOptions(folder) + ["--manifest", "--sbom"]
        ).checkedOutput(limits: .init(deadline: .seconds(300)))
        try VendorPlugin.cFunctions.build(in: folder, to: build.plugins)
        try makeSmall(
            "plain", of: ["debian", "acme-hba"], settings: ["ramdisk.udev=false"], build, folder)
        try makeAlone(
            "whole", of: ["debian", "mellanox"], settings: ["mellanox.user-land=false"],
            base: try SharedImage.shared().tar, build, folder)
        try makeSmall("dracut", of: ["debian"], settings: ["ramdisk.dracut=true"], build, folder)
        let script =
            "cd \"$1\"; mv out/image.kernel kernel; mv out/image.initramfs full.initramfs; mv out/image.raw www/debian.raw"
        try Command("/bin/sh", ["-ec", script, "sh", folder.string]).checkedOutput()
    }

    /// Makes a ramdisk of a few modules without an image, from the tree of the image.
    private static func makeSmall(
        _ name: String, of elements: [String], settings: [String], _ build: TestBuild,
        _ folder: FilePath
    ) throws {
        let modules = "virtio_pci,virtio_blk,virtio_net,virtio_scsi,sd_mod,nvme"
        try makeAlone(
            name, of: elements, settings: settings + ["ramdisk.modules=\(modules)"],
            options: ["--ramdisk-modules", "dep"], base: build.output.appending("image.tar"), build,
            folder)
    }

    /// Makes a ramdisk without an image, of the modules that machines commonly need.
    private static func makeAlone(
        _ name: String, of elements: [String], settings: [String], options: [String] = [],
        base: FilePath, _ build: TestBuild, _ folder: FilePath
    ) throws {
        let settings = settings + ["deploy.minimal=true", "debian.base-tar=\(base)"]
        var command = build.command(
            elements, formats: "raw",
            options: ["-n"] + options + settings.flatMap { ["--set", $0] }
                + ["-o", folder.appending(name).string],
            environment: ["DIB_IMAGE_CACHE": SharedImage.cache.string])
        command.arguments[0] = "ramdisk"
        try command.checkedOutput(limits: .init(deadline: .seconds(200)))
    }
}
