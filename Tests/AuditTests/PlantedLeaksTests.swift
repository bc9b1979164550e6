// SPDX-License-Identifier: Apache-2.0

import Audit
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The leaks of the script `plant`, in a tree, and trees that are meant to do harm.
struct PlantedLeaksTests {
    private static let host = "build-7.example.org"

    private static func audit(_ root: FilePath) throws -> AuditReport {
        try TreeAudit(root: root, hostName: host, allowing: []).run()
    }

    @Test
    func `each planted leak is found by its rule, and nothing else`() throws {
        try TemporaryFolder.with { folder in
            let tree = folder.appending("tree")
            let script = BuiltProducts.repository.appending("Tests/AuditTests/plant")
            let planted = try Command("bash", [script.string, tree.string, Self.host])
                .checkedOutput().split(separator: "\n").map(String.init)
            #expect(planted.count >= 40)
            let report = try Self.audit(tree)
            let found = report.findings.map { "\($0.rule.rawValue) \($0.path)" }
            #expect(Set(found) == Set(planted))
            #expect(Set(report.findings.map(\.rule)).count == 15)
            #expect(!report.findings.contains { $0.reason.contains("secret") })
            let quiet = try TreeAudit(
                root: tree, hostName: Self.host, allowing: Set(AuditRule.allCases)
            ).run()
            #expect(quiet.findings.isEmpty && quiet.count(.error) == 0)
        }
    }

    @Test
    func `names, links and nodes of a hostile tree are no way out of it`() throws {
        try TemporaryFolder.with { folder in
            let script = """
                cd "$1" && mkdir -p tree/etc/ssh tree/root/loop && cd tree
                ln -s loop/.. root/loop/again; ln -s self etc/self
                ln -s /etc/shadow etc/shadow; ln -s /dev/zero etc/environment
                mkfifo etc/machine-id etc/ssh/ssh_host_rsa_key
                mknod etc/hosts c 1 5
                printf x >"$(printf 'root/.\\033[31m\\377\\n_history')"
                deep=root; for i in $(seq 200); do deep=$deep/d; done; mkdir -p "$deep"
                truncate -s 1T root/.netrc
                printf 'root:x:0:0:root:../../../../etc:/bin/sh\\n\\377\\377:::\\n::::\\n' >etc/passwd
                """
            try Command("/bin/bash", ["-ec", script, "bash", folder.string]).checkedOutput()
            let report = try Self.audit(folder.appending("tree"))
            let found = report.findings.map { "\($0.rule.rawValue) \($0.path.utf8.count)" }
            // The history with its odd name, and a netrc that is all hole; what links lead to is not looked at.
            #expect(
                Set(report.findings.map(\.rule)).isSuperset(of: [.history, .token]), "\(found)")
            #expect(!report.findings.contains { $0.rule == .hostKey || $0.rule == .proxy })
        }
    }

    @Test
    func `of many findings a person reads some, and all are counted`() throws {
        try TemporaryFolder.with { folder in
            let script =
                "cd \"$1\" && mkdir -p var/log etc && for i in $(seq 999); do echo x >var/log/$i; done"
            try Command("/bin/bash", ["-ec", script, "bash", folder.string]).checkedOutput()
            let report = try Self.audit(folder)
            #expect(report.count(.warning) == 999)
            #expect(report.findings.count == 200)
            #expect(report.leftOut.map(\.count) == [799])
        }
    }
}
