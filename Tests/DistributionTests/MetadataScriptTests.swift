// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The scripts that read metadata and put them in effect, in a copy of this machine's root that each test throws away.
///
/// What they do in a machine is for `VerifyBootTests`; here is what no good cloud gives.
struct MetadataScriptTests {
    private static let plugins = BuiltProducts.repository.appending("Plugins")

    /// Runs a script as root of an overlay over `/`, with the scripts of the plugins at their places.
    ///
    /// - Returns: What it printed, errors too.
    private func run(_ script: String) throws -> String {
        try TemporaryFolder.with("metadata-scripts") { folder in
            try Command(
                "unshare",
                ["--mount", "bash", "-euc", Self.prologue, "bash", folder.string, script],
                environment: [
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PLUGINS": "\(Self.plugins)",
                ]
            ).checkedOutput()
        }
    }

    private static let prologue = """
        mount -t tmpfs tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
        cd "$1/root"
        mkdir -p etc/dibhost home/admin root/.ssh run/cloud-init scripts
        cp "$PLUGINS"/{InstanceMetadata/apply-metadata,SimpleInit/read-metadata,CloudInit/from-cloud-init} scripts/
        echo '{"user": "admin"}' >etc/dibhost/metadata.json
        echo 'admin:x:4321:4321::/home/admin:/bin/sh' >>etc/passwd
        chown 4321:4321 home/admin
        printf 'ssh-ed25519 AAAAroot1 mine\\n' >root/.ssh/authorized_keys
        chroot . /bin/bash -uc "
        apply() { python3 /scripts/apply-metadata 2>&1; }
        $2"
        """

    @Test func `one bad key keeps no good one back`() throws {
        let said = try run(
            """
            echo '{"keys": ["ssh-ed25519 AAAAone me@a", "nonsense", 7, "ssh-rsa AAAAtwo\\nssh-rsa AAAAthree"],
                "hand-over": {"server": "salt", "credentials": {"user": "u"}}}' | apply
            echo "status $?"
            cat /home/admin/.ssh/authorized_keys
            stat -c '%U %a' /home/admin/.ssh /home/admin/.ssh/authorized_keys
            cd /run/dibhost/hand-over
            grep . *
            stat -c '%a' . server
            """)
        #expect(
            said == """
                metadata: handed over: credentials, server
                metadata: user 'admin': 1 keys added, 0 taken away
                metadata: 3 of 4 keys are no lines of authorized_keys(5)
                status 1
                ssh-ed25519 AAAAone me@a
                admin 700
                admin 600
                credentials:{"user": "u"}
                server:salt
                700
                600

                """)
    }

    @Test func `keys of earlier metadata go, those of others stay`() throws {
        let said = try run(
            """
            echo '{"keys": ["ssh-ed25519 AAAAone me@a", "ssh-rsa AAAAroot1"]}' | apply
            echo 'from="10.*" ssh-rsa AAAAhand by hand' >>/home/admin/.ssh/authorized_keys
            echo 'ssh-ed25519 AAAAone by cloud-init' >>/root/.ssh/authorized_keys
            echo '{"keys": ["ssh-ed25519 AAAAtwo"]}' | apply
            # Without metadata nothing changes.
            echo '{}' | apply
            cat /home/admin/.ssh/authorized_keys
            echo root; cat /root/.ssh/authorized_keys
            """)
        #expect(
            said == """
                metadata: user 'admin': 2 keys added, 0 taken away
                metadata: user 'admin': 1 keys added, 2 taken away
                metadata: user 'root': 0 keys added, 1 taken away
                from="10.*" ssh-rsa AAAAhand by hand
                ssh-ed25519 AAAAtwo
                root
                ssh-ed25519 AAAAroot1 mine

                """)
    }

    @Test func `a link in a user's home leads to nothing that the user may not write`() throws {
        let said = try run(
            """
            mkdir /home/admin/.ssh
            ln -s /etc/shadow /home/admin/.ssh/authorized_keys
            chown -h 4321:4321 /home/admin/.ssh /home/admin/.ssh/authorized_keys
            sum=$(sha256sum /etc/shadow)
            echo '{"keys": ["ssh-ed25519 AAAAone"]}' | apply | tail -n 1
            [ "$sum" = "$(sha256sum /etc/shadow)" ] && echo unchanged
            """)
        #expect(said.hasPrefix("PermissionError: ") && said.hasSuffix("\nunchanged\n"), "\(said)")
    }

    /// What OpenStack's drive says of an adapter with two addresses, and the file of systemd.network(5).
    @Test func `a drive's network is written with its routes and servers`() throws {
        let said = try run(
            """
            mkdir -p /drive/openstack/latest
            cd /drive/openstack/latest
            echo '{"uuid": "u-1", "name": "web", "public_keys": {"a": "ssh-rsa AAAA1\\n"},
                "meta": {"hand-over": "server: salt"}}' >meta_data.json
            echo '{"links": [{"id": "l", "ethernet_mac_address": "fa:16:3e:00:00:01", "mtu": 1450}, {"id": "m"}],
                "services": [{"type": "dns", "address": "192.0.2.53"}], "networks": [
                {"link": "l", "type": "ipv4", "ip_address": "192.0.2.7", "netmask": "255.255.255.0", "routes": [
                    {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "192.0.2.1"},
                    {"network": "198.51.100.0", "netmask": "255.255.255.128", "gateway": "192.0.2.2"}]},
                {"link": "l", "type": "ipv6", "ip_address": "2001:db8::7/64"},
                {"link": "m", "type": "ipv4_dhcp"}]}' >network_data.json
            python3 -c '
            import json, pathlib
            exec(pathlib.Path("/scripts/read-metadata").read_text().rpartition("main()")[0])
            print(json.dumps(read_drive(pathlib.Path("/drive"))))
            '
            cat /run/systemd/network/*
            """)
        #expect(
            said == """
                metadata: the link 'm' of the metadata has no address of an adapter: it is left alone
                {"instance-id": "u-1", "hostname": "web", "keys": ["ssh-rsa AAAA1"], "hand-over": {"server": "salt"}}
                [Match]
                MACAddress=fa:16:3e:00:00:01
                Type=ether

                [Link]
                MTUBytes=1450

                [Network]
                DNS=192.0.2.53
                Address=192.0.2.7/24

                [Route]
                Gateway=192.0.2.1

                [Route]
                Gateway=192.0.2.2
                Destination=198.51.100.0/25

                [Network]
                Address=2001:db8::7/64

                """)
    }

    /// What cloud-init keeps, by source, and what is made of it.
    private static let found: [(source: String, result: String)] = [
        (#"{"v1": {"instance_id": "iid-datasource-none", "public_ssh_keys": []}}"#, "{}"),
        (
            #"{"v1": {"instance_id": "i-1", "public_ssh_keys": ["k"]}, "ds": {"meta-data": {"tags": {"instance": {"hand-over": "{server: s}"}}}}}"#,
            #"{"instance-id": "i-1", "keys": ["k"], "hand-over": {"server": "s"}}"#
        ),
        (
            #"{"v1": {"instance_id": "i-2"}, "ds": {"meta_data": {"hand-over": {"server": "s"}}}}"#,
            #"{"instance-id": "i-2", "keys": null, "hand-over": {"server": "s"}}"#
        ),
    ]

    @Test(arguments: found)
    func `what cloud-init found is handed on`(source: String, result: String) throws {
        let said = try run(
            """
            echo '\(source)' >/run/cloud-init/instance-data-sensitive.json
            python3 /scripts/from-cloud-init
            """)
        #expect(said == result + "\n")
    }
}
