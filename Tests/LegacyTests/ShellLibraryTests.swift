// SPDX-License-Identifier: Apache-2.0

import Legacy
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The files of $_LIB, sourced by bash as elements source them.
struct ShellLibraryTests {
    /// Runs a script with the library at hand in a folder of its own; nothing is set but what is given.
    private func run(
        _ script: String, environment: [String: String] = [:], in folder: FilePath
    ) throws -> Command.Captured {
        let library = folder.appending("lib")
        if try !FolderListing.entries(of: folder).contains(where: { $0.name == "lib" }) {
            var files = UserFiles()
            ShellLibrary.add(to: &files, in: library)
            try files.make()
        }
        var command = Command(
            "bash", ["-c", "set -eu -o pipefail; cd '\(folder)'\n" + script],
            environment: ["PATH": "/usr/bin:/bin", "_LIB": library.string].merging(environment) {
                $1
            })
        command.workingDirectory = folder
        return try command.capture()
    }

    @Test func `all files can be sourced where nothing is set, twice and in any order`() throws {
        try TemporaryFolder.with("lib") { folder in
            let files = [
                "common-defaults", "img-defaults", "ramdisk-defaults", "common-functions",
                "img-functions", "ramdisk-functions", "die",
            ]
            let sources = (files + files.reversed()).map { "source $_LIB/\($0)" }
            let captured = try run(
                sources.joined(separator: "\n") + """

                    echo $ARCH $FS_TYPE $IMAGE_NAME $IMAGE_TYPE $RAMDISK_ELEMENT "[$MODULE_ROOT$LIB_UDEV_ROOT]"
                    echo $PATH
                    """, in: folder)
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            let architecture = try Command("dpkg", ["--print-architecture"]).checkedOutput()
                .split(separator: "\n")[0]
            #expect(
                captured.output
                    == "\(architecture) ext4 image qcow2 ramdisk []\n"
                    + "/usr/bin:/bin:/sbin:/usr/sbin:/usr/local/sbin\n")
        }
    }

    static let kernels: [(files: String, environment: [String: String], answer: String)] = [
        (
            "etc/debian_version boot/vmlinuz-6.1.0-9 boot/vmlinuz-6.1.0-10 boot/initrd.img-6.1.0-9 boot/initrd.img-6.1.0-10",
            [:], "vmlinuz-6.1.0-10 initrd.img-6.1.0-10"
        ),
        (
            "etc/debian_version boot/vmlinuz-7 boot/vmlinuz-6-generic boot/initrd.img-7 boot/initrd.img-6-generic",
            [:], "vmlinuz-6-generic initrd.img-6-generic"
        ),
        (
            "etc/redhat-release boot/vmlinuz-5 boot/vmlinuz-6-debug boot/initramfs-5.img", [:],
            "vmlinuz-5 initramfs-5.img"
        ),
        (
            "etc/redhat-release boot/vmlinuz-5 boot/vmlinuz-4.PAE boot/initramfs-4.PAE.img", [:],
            "vmlinuz-4.PAE initramfs-4.PAE.img"
        ),
        (
            "etc/gentoo-release boot/vmlinuz-5 boot/vmlinuz-10 boot/initramfs-10", [:],
            "vmlinuz-10 initramfs-10"
        ),
        (
            "boot/vmlinuz boot/initrd", ["DISTRO_NAME": "opensuse"], "vmlinuz initrd"
        ),
        (
            "etc/debian_version boot/vmlinuz-5 boot/own-5 boot/own-6 boot/start-6",
            ["DIB_BAREMETAL_KERNEL_PATTERN": "own-*", "DIB_BAREMETAL_INITRD_PATTERN": "start-*"],
            "own-6 start-6"
        ),
        (
            "etc/redhat-release boot/vmlinuz-5", [:],
            "no kernel with its initramfs in 'root/boot': kernel 'root/boot/vmlinuz-5', "
                + "initramfs 'root/boot/initramfs-5.img'"
        ),
        (
            "etc/debian_version boot/x", [:],
            "no kernel with its initramfs in 'root/boot': kernel '', initramfs ''"
        ),
        (
            "boot/vmlinuz-5", [:],
            "cannot tell the operating system of 'root', so not which kernel boots it"
        ),
    ]

    @Test(arguments: kernels)
    func `the kernel of an image is found by what its distribution calls it`(
        files: String, environment: [String: String], answer: String
    ) throws {
        try TemporaryFolder.with("lib") { folder in
            let captured = try run(
                """
                mkdir -p root/boot root/etc; (cd root; touch \(files))
                source $_LIB/img-functions
                select_boot_kernel_initrd root
                echo $KERNEL $RAMDISK; [ $BOOTDIR = root/boot ]
                """, environment: environment, in: folder)
            #expect(
                captured.output.split(separator: "\n").last.map(String.init)
                    ?? captured.errorLines.last == answer)
            #expect(captured.status.isSuccess == !answer.contains(" '"))
        }
    }

    @Test func `hooks of a folder run as in a build, and their failure counts`() throws {
        try TemporaryFolder.with("lib") { folder in
            let script = """
                mkdir -p hooks/x.d hooks/environment.d
                echo 'export FROM=environment' > hooks/environment.d/10-x
                printf '#!/bin/bash\\necho SET=1 $FROM\\n' > hooks/x.d/10-a; chmod +x hooks/x.d/10-a
                source $_LIB/common-functions
                export TMP_HOOKS_PATH=$PWD/hooks
                run_d x 2>/dev/null; run_d missing; eval_run_d x SET= 2>/dev/null; echo "then $SET"
                printf '#!/bin/bash\\nexit 7\\n' > hooks/x.d/20-b; chmod +x hooks/x.d/20-b
                run_d x 2>/dev/null || echo "failed $?"
                """
            let captured = try run(script.replacing("SET=1 $FROM", with: "SET=$FROM"), in: folder)
            #expect(
                captured.output
                    == "SET=environment\nSET=environment\nthen environment\nSET=environment\nfailed 7\n",
                "\(captured.errorLines)")
        }
    }

    @Test func `a program goes into a ramdisk with all libraries that it needs`() throws {
        try TemporaryFolder.with("lib") { folder in
            let captured = try run(
                """
                source $_LIB/ramdisk-functions
                export TMP_MOUNT_PATH=$PWD/ramdisk
                mkdir -p ramdisk/bin ramdisk/lib
                for program in bash udevadm; do
                    cp -L "$(type -p $program)" ramdisk/bin/; copy_required_libs "$(type -p $program)"
                done
                /usr/sbin/chroot ramdisk /bin/bash -c 'echo started'; /usr/sbin/chroot ramdisk /bin/udevadm --version
                """, in: folder)
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            #expect(captured.output.hasPrefix("started\n"))
        }
    }

    @Test func `die ends with the status of the command before it, and never with 0`() throws {
        try TemporaryFolder.with("lib") { folder in
            for (command, status) in [("(exit 42)", Int32(42)), ("true", 1)] {
                let captured = try run(
                    "source $_LIB/die; set +e; \(command); die gone  'x  y'", in: folder)
                #expect(captured.status == .exited(status))
                #expect(captured.errorLines == ["gone x  y"])
            }
        }
    }
}
