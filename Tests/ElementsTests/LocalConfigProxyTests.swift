// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func run(
    _ phase: Phase, _ parameters: [String: String], on tree: FilePath
) throws -> WorkerRun.Outcome {
    var run = WorkerRun(
        "LocalConfig", phase, of: [.extraData, .preInstall, .install, .finalise],
        element: "local-config")
    run.parameters = ["username": "root", "keep-proxy": "true"].merging(parameters) { $1 }
    return try run.run(on: tree)
}

private let settings = [
    "http-proxy": "http://user:word@proxy.test:3128", "https-proxy": "http://proxy.test:3129",
    "no-proxy": "localhost, .inner.test,10.0.0.0/8",
]

/// What stands in the files beforehand, and what the proxies make of it.
private let files = [
    (
        "etc/environment", "PATH=/bin\nhttp_proxy=old",
        """
        PATH=/bin
        http_proxy=http://user:word@proxy.test:3128
        https_proxy=http://proxy.test:3129
        no_proxy=localhost,.inner.test,10.0.0.0/8

        """
    ),
    (
        "etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n[other]\nproxy=_none_\n",
        """
        [main]
        proxy=http://user:word@proxy.test:3128
        gpgcheck=1
        [other]
        proxy=_none_

        """
    ),
    (
        "etc/sysconfig/proxy", "PROXY_ENABLED=\"no\"\n",
        """
        PROXY_ENABLED="yes"
        HTTP_PROXY="http://user:word@proxy.test:3128"
        HTTPS_PROXY="http://proxy.test:3129"
        NO_PROXY="localhost,.inner.test,10.0.0.0/8"

        """
    ),
]

@Test func proxiesAreWrittenForEachPackageManagerOnce() throws {
    try ScratchTree.with(programs: []) { tree in
        for (path, before, _) in files { try TextFile.write(before, to: tree.appending(path)) }
        try Command("mkdir", ["-p", tree.appending("etc/apt/apt.conf.d").string]).checkedOutput()
        try Command("ln", ["-s", "dnf/dnf.conf", tree.appending("etc/yum.conf").string])
            .checkedOutput()
        for _ in 1...2 {
            #expect(try run(.preInstall, settings, on: tree).error == nil)
            for (path, _, after) in files {
                #expect(try TextFile.read(tree.appending(path)) == after)
            }
        }
        // apt itself reads what was written for it.
        let apt = tree.appending("etc/apt/apt.conf.d/02-local-config-proxy").string
        let dump = try Command("apt-config", ["-c", apt, "dump"]).checkedOutput()
        #expect(dump.contains("Acquire::http::Proxy \"http://user:word@proxy.test:3128\";"))
        #expect(dump.contains("Acquire::https::Proxy::localhost \"DIRECT\";"))
        #expect(!dump.contains("inner.test"))
    }
}

@Test func proxiesGoAtTheEndWhenTheImageIsNotToKeepThem() throws {
    try ScratchTree.with(programs: []) { tree in
        try TextFile.write("PATH=/bin\n", to: tree.appending("etc/environment"))
        try Command("mkdir", ["-p", tree.appending("etc/apt/apt.conf.d").string]).checkedOutput()
        #expect(try run(.preInstall, settings, on: tree).error == nil)
        let kept = try TextFile.read(tree.appending("etc/environment"))
        #expect(try run(.finalise, settings, on: tree).error == nil)
        #expect(try TextFile.read(tree.appending("etc/environment")) == kept)
        let parameters = settings.merging(["keep-proxy": "false"]) { $1 }
        #expect(try run(.finalise, parameters, on: tree).error == nil)
        #expect(try TextFile.read(tree.appending("etc/environment")) == "PATH=/bin\n")
        let left = try Command("find", [tree.appending("etc/apt").string, "-type", "f"])
            .checkedOutput()
        #expect(left.isEmpty)
    }
}

@Test func withoutAProxyNothingIsWritten() throws {
    try ScratchTree.with(programs: []) { tree in
        let parameters = ["no-proxy": "localhost", "http-proxy": ""]
        let outcome = try run(.preInstall, parameters, on: tree)
        #expect(outcome.error == nil)
        #expect(try !Command("ls", [tree.appending("etc").string]).checkedOutput().contains("env"))
    }
}

@Test(arguments: ["http://a b", "http://a\"; Pre-Invoke \"x", "http://$(x)", "http://a\nb"])
func aProxyThatCouldBreakOutOfAFileIsRefused(proxy: String) throws {
    try ScratchTree.with(programs: []) { tree in
        let error = try #require(try run(.preInstall, ["http-proxy": proxy], on: tree).error)
        #expect(
            error.message == "parameter 'http-proxy' holds a character that no proxy setting has")
        #expect(!error.description.contains(proxy))
    }
}
