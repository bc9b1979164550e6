// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing
import Verify

/// Metadata as users write them, and as the service of `dibhost verify` gives them.
struct MetadataTests {
    @Test
    func `metadata are read from JSON, and a member that is not known is an error`() throws {
        let text =
            #"{"hostname": "web", "keys": ["ssh-ed25519 AAAA x"], "hand-over": {"server": "s"}}"#
        let metadata = try MachineMetadata(json: Array(text.utf8))
        #expect(metadata.hostname == "web" && metadata.keys == ["ssh-ed25519 AAAA x"])
        #expect(metadata.handOver == ["server": "s"])
        #expect(throws: DecodingError.self) {
            try MachineMetadata(json: Array(#"{"host-name": "web"}"#.utf8))
        }
    }

    /// Requests, and the beginnings of what is answered to them.
    private static let requests: [(request: String, answer: String, body: String)] = [
        ("GET /latest/meta-data/hostname HTTP/1.1", "401", ""),
        ("PUT /latest/api/token HTTP/1.1", "200", "dibhost-verify"),
        (
            "GET /latest/meta-data/hostname HTTP/1.1\r\nX-aws-ec2-metadata-token: dibhost-verify",
            "200", "web"
        ),
        (
            "GET /latest/meta-data/ HTTP/1.1\r\nX-aws-ec2-metadata-token: dibhost-verify", "200",
            "hostname\nkeys/"
        ),
        (
            "GET /latest/meta-data/keys/?x HTTP/1.1\r\nx-aws-ec2-metadata-token: dibhost-verify",
            "200", "0=key"
        ),
        (
            "GET /../../etc/passwd HTTP/1.1\r\nX-aws-ec2-metadata-token: dibhost-verify", "404",
            "there is no"
        ),
        (
            "GET /latest/link HTTP/1.1\r\nX-aws-ec2-metadata-token: dibhost-verify", "404",
            "there is no"
        ),
        (
            "GET ? HTTP/1.1\r\nX-aws-ec2-metadata-token: dibhost-verify", "200", "latest/"
        ),
        ("DELETE / HTTP/1.1", "405", ""), ("nonsense", "400", ""), ("", "400", ""),
    ]

    @Test(arguments: requests)
    func `the service answers what its folder has, to those with a token`(
        request: String, answer: String, body: String
    ) throws {
        try TemporaryFolder.with("metadata") { folder in
            for (path, text) in [
                ("latest/meta-data/hostname", "web"), ("latest/meta-data/keys/.index", "0=key"),
                ("latest/meta-data/keys/0/openssh-key", "AAAA"),
            ] { try TextFile.write(text, to: folder.appending(path)) }
            try Command("ln", ["-s", "/etc/passwd", folder.appending("latest/link").string])
                .checkedOutput()
            var service = Command(
                BuiltProducts.dibhost.string, ["metadata-service", "--token", folder.string])
            service.standardInput = .text(request + "\r\n\r\n")
            let text = try service.checkedOutput()
            #expect(text.hasPrefix("HTTP/1.1 \(answer) "), "\(text)")
            #expect(
                text.split(separator: "\r\n\r\n").dropFirst().joined().hasPrefix(body), "\(text)")
        }
    }
}
