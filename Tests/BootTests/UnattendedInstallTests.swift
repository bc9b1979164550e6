// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Packages that bring services and questions, installed by the element debian, by apt and by dpkg, in one build.
///
/// `BuildLogTests` looks for the same in the bootstrap of the shared image.
struct UnattendedInstallTests {
    /// Where the hook makes a package whose service leaves a mark, in two versions.
    private static let packages = """
        make() {
            root=/tmp/greeter-$1
            mkdir -p "$root/DEBIAN" "$root/etc/init.d"
            printf 'Package: greeter\\nVersion: %s\\nArchitecture: all\\n' "$1" >"$root/DEBIAN/control"
            printf 'Maintainer: Nobody <n@example.org>\\nDescription: For a test\\n' >>"$root/DEBIAN/control"
            echo /etc/greeter.conf >"$root/DEBIAN/conffiles"
            printf '#!/bin/sh\\nset -e\\nupdate-rc.d greeter defaults\\ninvoke-rc.d greeter start\\n' \\
                >"$root/DEBIAN/postinst"
            echo "version $1" >"$root/etc/greeter.conf"
            {
                printf '#!/bin/sh\\n### BEGIN INIT INFO\\n# Provides: greeter\\n'
                printf '# Default-Start: 2 3 4 5\\n# Default-Stop:\\n# Required-Start:\\n'
                printf '# Required-Stop:\\n### END INIT INFO\\n[ "$1" != start ] || touch /greeted\\n'
            } >"$root/etc/init.d/greeter"
            chmod 755 "$root/DEBIAN/postinst" "$root/etc/init.d/greeter"
            dpkg-deb --root-owner-group --build "$root" "/tmp/greeter_$1.deb"
        }
        make 1
        make 2
        """

    /// Plain dpkg and apt-get: whatever keeps them from starting and asking is not the hook's doing.
    private static let hook = """
        echo "input: $(readlink /proc/self/fd/0)"
        \(packages)
        dpkg --install /tmp/greeter_1.deb
        test ! -e /greeted
        echo "step: the service stayed off"

        mv /usr/sbin/policy-rc.d /tmp/policy
        invoke-rc.d --force greeter start
        rm /greeted
        mv /tmp/policy /usr/sbin/policy-rc.d
        echo "step: without policy-rc.d it starts"

        echo mine >/etc/greeter.conf
        dpkg --install /tmp/greeter_2.deb
        test "$(cat /etc/greeter.conf)" = mine
        test "$(cat /etc/greeter.conf.dpkg-dist)" = "version 2"
        test ! -e /greeted
        echo "step: the changed file was kept"

        apt-get install cron keyboard-configuration
        debconf-show keyboard-configuration postfix | sed 's/^/answer:/'
        for process in /proc/[0-9]*; do
            echo "running: $(readlink "$process/exe" || :)"
        done
        dpkg --purge greeter
        """

    @Test func noServiceStartsAndNothingWaitsForAnAnswer() throws {
        try TemporaryFolder.with("unattended", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("asker", ["install.d/50-asker": Self.hook])
            let lines = try run(build)
            expectNoService(lines)
            expectNoQuestion(lines)
            try expectNothingOfTheBuild(in: build.output.appending("image.tar"))
        }
    }

    /// Builds, and returns the lines of the log.
    private func run(_ build: TestBuild) throws -> [String] {
        let log = build.folder.appending("log")
        // A process that a hook or a package leaves behind is an error with --strict.
        let command = try build.debianCommand(
            ["asker"], formats: "tar",
            options: [
                "-n", "--strict", "-p", "postfix", "--set", "debian.dhcp=false", "--logfile",
                log.string,
            ],
            // What the caller's own debconf would do must not reach the hooks.
            environment: ["DEBIAN_FRONTEND": "readline"])
        let status = try command.run(limits: .init(deadline: .seconds(300)))
        let lines = try TextFile.read(log).split(separator: "\n").map(String.init)
        #expect(status == .exited(0), "\(lines.suffix(30).joined(separator: "\n"))")
        #expect(lines.contains { $0.contains("| Setting up postfix ") })
        #expect(!lines.contains { $0.contains("| Setting up libc6 ") })
        return lines
    }

    private func expectNoService(_ lines: [String]) {
        let steps = lines.compactMap { $0.split(separator: "step: ").dropFirst().first }
        #expect(
            steps == [
                "the service stayed off", "without policy-rc.d it starts",
                "the changed file was kept",
            ])
        // postfix by the element debian, greeter twice, cron.
        let denied = lines.filter { $0.contains("policy-rc.d denied execution of start") }
        #expect(denied.count >= 4, "\(denied)")
        let running = lines.filter { $0.contains("running: ") }
        #expect(running.contains { $0.hasSuffix("/bash") })
        for daemon in ["/cron", "/master"] {
            #expect(!running.contains { $0.hasSuffix(daemon) }, "\(running)")
        }
    }

    private func expectNoQuestion(_ lines: [String]) {
        #expect(lines.contains { $0.hasSuffix("input: /dev/null") })
        // Both packages did ask, and got the answers that stand in for a person's.
        for answer in [
            "postfix/main_mailer_type: Internet Site", "keyboard-configuration/layoutcode: us",
        ] {
            #expect(lines.contains { $0.contains("answer:") && $0.hasSuffix(answer) }, "\(answer)")
        }
        for words in ["falling back to frontend", "Do you want to continue", "(Y/I/N/O/D/Z)"] {
            #expect(!lines.contains { $0.contains(words) }, "\(words)")
        }
    }

    private func expectNothingOfTheBuild(in tar: FilePath) throws {
        let files = try Command("tar", ["--list", "--file", tar.string]).checkedOutput()
            .split(separator: "\n").map { $0.drop { $0 == "." || $0 == "/" } }
        #expect(files.contains("usr/sbin/cron") && files.contains("usr/sbin/postfix"))
        for file in ["usr/sbin/policy-rc.d", "usr/local/bin/install-packages", "greeted"] {
            #expect(!files.contains { $0 == file }, "\(file)")
        }
        let ours = files.filter { $0.contains("dibhost") || $0.contains("mmdebstrap") }
            .filter { !$0.hasPrefix("etc/dibhost/") }
        #expect(ours == [])
        let left = try Command(
            "tar",
            [
                "--extract", "--to-stdout", "--file", tar.string, "--wildcards",
                "*var/lib/dpkg/diversions",
            ]
        ).checkedOutput()
        #expect(!left.contains("update-initramfs"))
    }
}
