// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What the elements debian and vm leave in an image, read with the image's own programs.
struct DebianTreeTests {
    /// Hands the shared image's tree to `body`.
    private func withTree(_ body: (FilePath) throws -> Void) throws {
        let image = try SharedImage.shared()
        try TemporaryFolder.with("debian", in: BuiltProducts.folder) { tree in
            try Command(
                "tar",
                [
                    "--extract", "--file", image.tar.string, "--directory", tree.string,
                    "--numeric-owner", "--same-owner",
                ]
            ).checkedOutput()
            try body(tree)
        }
    }

    private func chrooted(_ tree: FilePath, _ script: String) throws -> String {
        try Command(
            "chroot", [tree.string, "sh", "-euc", script],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        ).checkedOutput()
    }

    @Test func nothingOfTheBuildIsLeft() throws {
        try withTree { tree in
            let diversions = try chrooted(tree, "dpkg-divert --list '*update-initramfs*'")
            #expect(diversions.isEmpty)
            let changed = try chrooted(tree, "dpkg --verify initramfs-tools grub-pc apt dpkg")
            #expect(changed.isEmpty)
            let named = try chrooted(
                tree, "find / -xdev -name '*dibhost*' ! -path /etc/dibhost ! -path '/proc/*'")
            #expect(named.isEmpty)
            let tools = ["usr/sbin/policy-rc.d", "usr/local/bin/install-packages"]
            for path in tools + ["etc/apt/sources.list", "var/log/dpkg.log"] {
                try Command("test", ["!", "-e", tree.appending(path).string]).checkedOutput()
            }
            #expect(try chrooted(tree, "cat /etc/machine-id").isEmpty)
            #expect(try chrooted(tree, "find /var/lib/apt/lists -name '*Packages*'").isEmpty)
            #expect(try chrooted(tree, "find /var/cache/apt -name '*.deb'").isEmpty)
            let resolver = try chrooted(tree, "readlink /etc/resolv.conf")
            #expect(resolver == "../run/systemd/resolve/stub-resolv.conf\n")
        }
    }

    @Test func thePackagesThatWereAskedForAreThoseOfThePlan() throws {
        let packages = try plannedPackages()
        try withTree { tree in
            // Dependencies of what was asked for are marked as automatic, mmdebstrap's own variant is not.
            let base = try variant(of: tree)
            let marked = try chrooted(tree, "apt-mark showmanual").split(separator: "\n")
                .map(String.init)
            #expect(Set(marked).subtracting(base) == Set(packages).subtracting(base))
            let installed = try chrooted(tree, "dpkg-query -W -f '${Package}\n'")
                .split(separator: "\n").map(String.init)
            #expect(Set(packages).subtracting(installed) == [])
        }
    }

    /// What mmdebstrap installs without being asked: required packages, apt, and what they depend on.
    private func variant(of tree: FilePath) throws -> Set<String> {
        let fields = "${Package}|${Essential} ${Priority}|${Pre-Depends}, ${Depends}\\n"
        let lines = try chrooted(tree, "dpkg-query -W -f '\(fields)'").split(separator: "\n")
        var dependencies: [String: [String]] = [:]
        var found: [String] = ["apt"]
        for line in lines {
            let parts = line.split(separator: "|", maxSplits: 2).map(String.init)
            dependencies[parts[0]] = parts[2].split { ",|".contains($0) }.compactMap {
                $0.split { " :(".contains($0) }.first.map(String.init)
            }
            if parts[1].hasPrefix("yes") || parts[1].hasSuffix("required") {
                found.append(parts[0])
            }
        }
        var variant: Set<String> = []
        while let name = found.popLast() {
            if variant.insert(name).inserted { found += dependencies[name] ?? [] }
        }
        return variant
    }

    /// The packages in the plan of the shared image.
    private func plannedPackages() throws -> [String] {
        try TemporaryFolder.with("plan") { folder in
            var plan = try TestBuild(in: folder).command(SharedImage.elements)
            plan.arguments[0] = "plan"
            plan.arguments.append("--json")
            let text = try plan.checkedOutput()
            return try JSONDecoder().decode(BuildPlan.self, from: Data(text.utf8)).packages
        }
    }

    @Test func theImagesSourcesAreThoseThatItsOwnAptNames() throws {
        try withTree { tree in
            let sources = try chrooted(
                tree,
                """
                apt-get --print-uris update | sed -n "s|^'\\(.*/InRelease\\)'.*|\\1|p" | sort
                """)
            let examples = try chrooted(
                tree,
                """
                apt-get --print-uris -oDir::Etc::SourceParts=/dev/null \
                    -oDir::Etc::SourceList=/usr/share/doc/apt/examples/sources.list update |
                    sed -n "s|^'\\(.*/InRelease\\)'.*|\\1|p" | sort
                """)
            #expect(sources == examples)
            #expect(sources.split(separator: "\n").count == 3)
        }
    }

    @Test func theInitramfsHoldsTheFilesThatMkinitramfsAloneWouldPutThere() throws {
        try withTree { tree in
            let lists = try chrooted(
                tree,
                """
                version=$(ls /lib/modules)
                mkinitramfs -o /tmp/alone "$version" >/dev/null 2>&1
                lsinitramfs "/boot/initrd.img-$version" | sort >/tmp/made.list
                lsinitramfs /tmp/alone | sort >/tmp/alone.list
                test -s /tmp/made.list
                diff /tmp/made.list /tmp/alone.list || :
                """)
            #expect(lists.isEmpty)
        }
    }

    @Test func grubFindsItsFilesAndAMenuForEachKernel() throws {
        try withTree { tree in
            let entries = try chrooted(
                tree,
                """
                cd /boot/grub
                grub-script-check grub.cfg
                grub-file --is-x86-linux "$(ls /boot/vmlinuz-*)"
                test "$(stat -c %s i386-pc/boot.img)" -eq 512
                test "$(stat -c %s i386-pc/core.img)" -le $((2047 * 512))
                test -e i386-pc/linux.mod
                grep -c '^menuentry ' grub.cfg
                ls /boot/vmlinuz-* | wc -l
                """
            ).split(separator: "\n")
            #expect(entries.count == 2 && entries.first == entries.last, "\(entries)")
            let root = try chrooted(tree, "grep -v '^#' /etc/fstab")
            #expect(root == "LABEL=cloudimg-rootfs / ext4 errors=remount-ro 0 1\n")
        }
    }
}
