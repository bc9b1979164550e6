// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The registration of Red Hat Enterprise Linux, with a stand-in for subscription-manager that tells the test's server
/// what it was called with.
struct RPMRegistrationTests {
    private static let secret = "opensesame"
    private static let byKey = [
        "method=portal", "organization=1234", "server-url=\(RecordingServer.address)/rhsm",
    ]

    /// One call of the stand-in: the words that it was called with, and the command line that /proc shows of it.
    private struct Call: Decodable {
        var words: [String]
        var line: [String]
    }

    private static func calls(_ build: RPMBuild) throws -> [Call] {
        try build.server.requests().filter { $0.hasPrefix("POST /rhsm ") }.map {
            try JSONDecoder().decode(Call.self, from: Data($0.dropFirst("POST /rhsm ".count).utf8))
        }
    }

    /// Whether the secret is in what was printed, in a log or report, or anywhere in the image.
    private static func places(of secret: String, _ build: RPMBuild, _ text: String) throws
        -> [String]
    {
        var found = text.contains(secret) ? ["the output"] : []
        let files = ["cache/logs", "out", "scratch"].map { build.folder.appending($0).string }
        found += try Command("grep", ["-rla", secret] + files).capture().output
            .split(separator: "\n").map(String.init)
        return found
    }

    @Test func theStandInIsRegisteredUsedAndUnregistered() throws {
        try TemporaryFolder.with("rhel") { folder in
            let rhel = try RPMBuild("rhel", in: folder)
            let captured = try rhel.run(
                Self.byKey, environment: ["REG_ACTIVATION_KEY": Self.secret])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let calls = try Self.calls(rhel)
            #expect(calls.map { $0.words[0] } == ["register", "repos", "repos", "unregister"])
            let words = calls.first?.words ?? []
            #expect(words.contains("--activationkey=\(Self.secret)"))
            #expect(words.contains("--org=1234"))
            #expect(words.contains("--name=image"))
            #expect(
                calls.count == 4
                    && calls[2].words == [
                        "repos", "--enable=rhel-10-for-x86_64-baseos-rpms",
                        "--enable=rhel-10-for-x86_64-appstream-rpms",
                    ])
            // What other users of the machine could see.
            #expect(!calls.contains { $0.line.contains { $0.contains(Self.secret) } })
            #expect(try Self.places(of: Self.secret, rhel, captured.text) == [])
            // The stand-in prints it; the log has it covered.
            let logs = try Command(
                "grep", ["-rh", "The system asks with", folder.appending("cache/logs").string]
            ).capture().output
            #expect(logs.contains("The system asks with ***"), "\(logs)")
            let tree = try rhel.tree()
            #expect(try RPMBuild.rpm(["-q", "iscsi-initiator-utils"], in: tree).contains("1.0-1"))
            for trace in ["etc/pki/consumer/server", "etc/yum.repos.d/redhat.repo"] {
                let isThere = try Command("test", ["-e", tree.appending(trace).string]).capture()
                #expect(!isThere.status.isSuccess, "\(trace)")
            }
        }
    }

    @Test func theSecretIsInNoPlan() throws {
        try TemporaryFolder.with("rhel") { folder in
            let rhel = try RPMBuild("rhel", in: folder)
            var command = rhel.command(
                Self.byKey, environment: ["REG_ACTIVATION_KEY": Self.secret])
            command.arguments = ["plan", "--json"] + command.arguments.dropFirst()
            let captured = try command.capture()
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(!captured.text.contains(Self.secret))
        }
    }

    @Test func wrongCredentialsAreAnError() throws {
        try TemporaryFolder.with("rhel") { folder in
            let rhel = try RPMBuild("rhel", in: folder)
            let captured = try rhel.run(
                Self.byKey, environment: ["REG_USER": "me", "REG_PASSWORD": "wrongword"])
            #expect(captured.status == .exited(1))
            #expect(
                captured.text.contains(
                    "'subscription-manager register' ended with exit status 70: HTTP error (401"),
                "\(captured.text)")
            #expect(captured.text.contains("Check rhel.organization"), "\(captured.text)")
            #expect(try Self.places(of: "wrongword", rhel, captured.text) == [])
            let calls = try Self.calls(rhel)
            #expect(calls.map { $0.words[0] } == ["register"])
            #expect(calls.first?.words.contains("--username=me") == true)
        }
    }

    /// Packages that are nowhere to be had: the build fails while it is registered.
    @Test func aBuildThatFailsIsUnregistered() throws {
        try TemporaryFolder.with("rhel") { folder in
            let rhel = try RPMBuild("rhel", in: folder)
            let captured = try rhel.run(
                Self.byKey, options: ["-p", "no-such-package"],
                environment: ["REG_ACTIVATION_KEY": Self.secret])
            #expect(captured.status == .exited(1))
            #expect(try Self.calls(rhel).map { $0.words[0] }.last == "unregister")
        }
    }

    /// Settings, and what of them is not enough.
    @Test(arguments: [
        (["method=portal"], "there is nothing to register by"),
        (["method=portal", "activation-key=k"], "an activation key needs an organization"),
        (
            ["method=satellite", "activation-key=k", "organization=o"],
            "method 'satellite' needs the parameter 'satellite-url'"
        ),
        (["mirror"], "there is no source of packages for 'rhel'"),
    ])
    func whatCannotWorkIsRefusedBeforehand(settings: [String], reason: String) throws {
        try TemporaryFolder.with("rhel") { folder in
            let rhel = try RPMBuild("rhel", in: folder)
            let captured = try rhel.run(settings)
            #expect(captured.status == .exited(2))
            #expect(captured.text.contains(reason), "\(captured.text)")
            #expect(try rhel.server.requests() == [])
        }
    }
}
