// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Native elements and the original's in one build.
@Suite(.serialized) struct MixedOriginalTests {
    private static let options = ["--elements-path", OriginalElements.elements.string]

    private func read(_ file: String, of build: TestBuild) throws -> String {
        let tar = build.output.appending("image.tar").string
        return try Command("tar", ["-xOf", tar, "./\(file)"]).checkedOutput()
    }

    /// The packages of the native elements are installed by the native package-installs: nobody else asks for them.
    @Test func theNativeBootLoaderStartsADebianThatScriptsMade() throws {
        try TemporaryFolder.with("bootstrap-mixed") { folder in
            let build = try TestBuild(in: folder)
            let home = folder.appending("home")
            try TextFile.write(
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGj8Zb4t+Xq3zPZ0U4rJd2bVYvAaTn1Q0mS5uKp7wE9x me\n",
                to: home.appending(".ssh/authorized_keys"))
            var environment = try OriginalElements.environment()
            environment["ELEMENTS_PATH"] = nil
            environment["HOME"] = home.string
            // The element dpkg mounts the cache of packages, so that one build at a time can use it.
            environment["DIB_APT_LOCAL_CACHE"] = "0"
            try build.command(
                ["debian-minimal", "vm", "local-config"], formats: "qcow2", options: Self.options,
                environment: environment
            ).checkedOutput(limits: .init(deadline: .seconds(900)))
            let disk = build.output.appending("image.qcow2")
            try BootHarness.boot(GuestOptions(disk: disk)) { guest in
                try guest.logIn()
                let found = try guest.run(
                    "findmnt --noheadings --output LABEL /; dpkg-query -W -f '${Package}\\n' grub-pc; "
                        + "cut -d' ' -f3 /root/.ssh/authorized_keys")
                #expect(
                    found.output.split(separator: "\n") == ["cloudimg-rootfs", "grub-pc", "me"],
                    "\(found)")
            }
        }
    }

    @Test func shellElementsWorkOnADebianThatAPluginMade() throws {
        try TemporaryFolder.with("mixed") { folder in
            let build = try TestBuild(in: folder)
            let elements = ["enable-serial-console", "devuser", "growroot", "install-static"]
            let preferred = elements.flatMap { ["--prefer-legacy", $0] }
            let run = try build.debianCommand(
                elements, formats: "tar", options: Self.options + preferred,
                environment: [
                    "DIB_DEV_USER_USERNAME": "builder", "DIB_DEV_USER_PWDLESS_SUDO": "yes",
                ]
            ).capture(limits: .init(deadline: .seconds(300)))
            #expect(run.status == .exited(0), "\(run.errorLines)")
            try #require(run.status == .exited(0))
            #expect(try read("etc/passwd", of: build).contains("\nbuilder:x:"))
            #expect(try read("etc/sudoers.d/builder", of: build).contains("NOPASSWD"))
            #expect(try read("usr/local/sbin/growroot", of: build).hasPrefix("#!/bin/"))
            #expect(
                try read("usr/lib/systemd/system/growroot.service", of: build).contains("[Unit]"))
            let rules = try read("etc/udev/rules.d/99-serial-console.rules", of: build)
            #expect(rules.contains("getty@$name.service"))
            // growroot asks for growpart, which Debian has in cloud-utils.
            let packages = try read("var/lib/dpkg/status", of: build)
            #expect(packages.contains("\nPackage: cloud-utils\n"))
            #expect(try build.leftovers() == [])
        }
    }
}
