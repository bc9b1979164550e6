// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LinuxSystem
import SystemPackage
import Verify

/// One answer of the metadata service of `dibhost verify`, which QEMU starts for each connection; not for people.
struct MetadataServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metadata-service", abstract: "Answer one request for metadata.",
        shouldDisplay: false)

    @Flag(help: "Answer only those who have a token.")
    var token = false

    @Option(help: "Seconds to wait before the answer.")
    var delay = 0

    @Argument(help: "The folder with the answers.")
    var folder: String

    func run() throws {
        SignalWatch.ignoreBrokenPipes()
        if delay > 0 { try Command("sleep", ["\(delay)"]).checkedOutput() }
        try MetadataAnswer(folder: FilePath(folder), wantsToken: token)
            .serve(from: .standardInput, to: .standardOutput)
    }
}
