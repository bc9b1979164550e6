// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// How long these queries take is measured by benchmarks/catalog.sh.
@Test
private func queriesKnowEachOfTwoHundredElements() throws {
    try TemporaryFolder.with("many") { folder in
        try makeElements(100, in: folder)
        let paths = ["--plugin-dir", "plugins", "--elements-path", "scripts"]
        let list = try DibhostRun(["elements", "list"] + paths, in: folder)
        #expect(list.status == .exited(0), Comment(rawValue: list.errors))
        let names = list.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " } }
        let expected = ["net", "nic"].flatMap { kind in
            (0..<100).map { kind + "00\($0)".suffix(3) }
        }
        #expect(names.map(String.init) == expected)
        let plan = try DibhostRun(["plan", "-n", "nic000", "net099"] + paths, in: folder)
        #expect(plan.status == .exited(0), Comment(rawValue: plan.errors))
        let steps = plan.output.split(separator: "\n")
            .filter { $0.contains("50-net099-") && $0.contains(" legacy") }
        #expect(steps.count == 3, Comment(rawValue: plan.output))
    }
}

/// `count` plugins, copies of one under names of the same length, and as many folders of scripts.
private func makeElements(_ count: Int, in folder: FilePath) throws {
    for name in ["plugins", "scripts"] {
        try Command("install", ["-d", folder.appending(name).string]).checkedOutput()
    }
    let model = folder.appending("model.so")
    try TestPlugin.write(
        TestPlugin.manifest("nic???", #""provides": ["operating-system"]"#), to: model)
    try TestPlugin.writeCopies(
        of: model, named: "nic", count: count, to: folder.appending("plugins"))
    // One shell for all folders: a process for each would take longer than what is measured.
    let script = """
        for n in $(seq -f %03g 0 \(count - 1)); do
            mkdir -p net$n/root.d net$n/install.d net$n/post-install.d
            for p in root install post-install; do
                printf '#!/bin/sh\\n' >net$n/$p.d/50-net$n-$p && chmod +x net$n/$p.d/50-net$n-$p
            done
        done
        """
    var shell = Command("sh", ["-ec", script])
    shell.workingDirectory = folder.appending("scripts")
    try shell.checkedOutput()
}
