// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Elements in C, C++ and Rust, and one of plain C functions, take part in whole builds.
@Suite struct VendorPluginTests {
    @Test func elementsInOtherLanguagesWorkOnBothSidesOfTheChroot() throws {
        try TemporaryFolder.with("vendors") { folder in
            let build = try TestBuild(in: folder)
            for plugin in VendorPlugin.allCases {
                try plugin.build(in: folder, to: build.plugins)
                let library = build.plugins.appending("\(plugin.element).so").string
                let check = try DibhostRun(["plugin", "check", "--strict", library], in: folder)
                #expect(check.status == .exited(0), "\(check.output)\(check.errors)")
            }
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os"] + VendorPlugin.allCases.map(\.element), formats: "tar"))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            try Self.expectFiles(in: build.output.appending("image.tar"))
            try Self.expectEvents(outcome.events)
            #expect(try build.leftovers() == [])
        }
    }

    private static func expectFiles(in tar: FilePath) throws {
        let files = [
            "etc/acme-nic.conf": "mtu=1500\n", "etc/acme-raid.conf": "stripe=65536\n",
            "etc/acme-gpu.conf": "memory=1024\nshare=256\n",
            // Published in the chroot, written outside of it.
            "etc/acme-nic.system": "NAME=tiny-os\noutside\n",
            "etc/acme-raid.system": "NAME=tiny-os\noutside\n",
            "etc/acme-gpu.system": "NAME=tiny-os\noutside\n",
            "usr/lib/firmware/acme/hba.bin": "acme hba firmware 1.0\n",
        ]
        for (file, text) in files {
            let found = try Command("tar", ["-xOf", tar.string, "./\(file)"]).checkedOutput()
            #expect(found == text, "\(file)")
        }
        let list = try Command("tar", ["-tvf", tar.string, "./etc/acme-nic.conf"]).checkedOutput()
        #expect(list.hasPrefix("-rw-r----- "))
    }

    private static func expectEvents(_ events: [BuildEvent]) throws {
        var hooks: [String] = []
        var texts: [String] = []
        var published: [String] = []
        var progress = 0
        for event in events {
            switch event {
            case .stepStarted(_, _, let step) where step.name.contains("-acme-"):
                hooks.append(step.name)
            case .message(.info, let text): texts.append(text)
            case .published(let element, let name, _): published.append("\(element) \(name)")
            case .progress: progress += 1
            default: break
            }
        }
        let order = ["60-acme-nic", "61-acme-raid", "62-acme-gpu"]
        #expect(hooks == order + ["63-acme-hba"] + order)
        let said = ["setting up the card", "setting up the array", "setting up the card's memory"]
        #expect(texts.filter(said.contains) == said)
        // `destroy` runs after the hook of each phase.
        #expect(texts.count { $0 == "the array is closed" } == 2)
        #expect(
            published == [
                "acme-nic system", "acme-raid acme-raid.system", "acme-gpu acme-gpu.system",
            ])
        #expect(progress == 3)
    }

    /// A value that a plugin refuses, and what the user is told.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var plugin: VendorPlugin
        var setting: String
        var message: String
        var hint: String?
        var cause: String?
        var detail: String?
        var testDescription: String { setting }
    }

    private static let refusals = [
        Refusal(
            plugin: .c, setting: "acme-nic.mtu=20",
            message: "the mtu '20' is not between 68 and 9000 bytes",
            hint: "Choose another size with --set acme-nic.mtu=BYTES.",
            cause: "the element's error 22"),
        Refusal(
            plugin: .c, setting: "acme-nic.tools=ethtool,pciutils",
            message: "nothing in the image installs the packages 'ethtool,pciutils'",
            hint: "Add an operating-system element such as debian.",
            cause: "the element's error 2"),
        Refusal(
            plugin: .cPlusPlus, setting: "acme-raid.stripe=12",
            message: "the stripe '12' is no number of KiB",
            hint: "Give a size such as 64k with --set acme-raid.stripe=64k.",
            cause: "the element's error 3"),
        // An exception of the language's own library.
        Refusal(plugin: .cPlusPlus, setting: "acme-raid.stripe=wide", message: "stoul"),
        Refusal(
            plugin: .rust, setting: "acme-gpu.memory=-1",
            message: "the card's memory '-1 MiB' is no amount",
            hint: "Give a number of MiB with --set acme-gpu.memory=MIB.",
            cause: "the element's error 5"),
        Refusal(
            plugin: .rust, setting: "acme-gpu.memory=0",
            message: "the element panicked, see its output",
            detail: "attempt to divide by zero"),
    ]

    @Test(arguments: refusals)
    func anErrorOfAnotherLanguageReachesTheUser(refusal: Refusal) throws {
        try TemporaryFolder.with("vendors") { folder in
            let build = try TestBuild(in: folder)
            try refusal.plugin.build(in: folder, to: build.plugins)
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", refusal.plugin.element],
                    options: ["--set", refusal.setting]))
            #expect(outcome.status == .exited(1))
            let errors = outcome.events.compactMap { event in
                if case .buildFailed(let error) = event { error } else { nil }
            }
            let error = try #require(errors.first)
            #expect(error.message == refusal.message)
            #expect(error.hint == refusal.hint)
            #expect(error.cause == refusal.cause)
            if let detail = refusal.detail { #expect(error.detail?.contains(detail) == true) }
            #expect(error.location?.element == refusal.plugin.element)
            #expect(error.location?.phase == "install")
            #expect(try build.outputs().isEmpty)
        }
    }

    @Test func packagesAreInstalledByTheProgramOfTheOperatingSystem() throws {
        try TemporaryFolder.with("vendors") { folder in
            let build = try TestBuild(in: folder)
            try VendorPlugin.c.build(in: folder, to: build.plugins)
            try build.addElement(
                "installer",
                [
                    "pre-install.d/10-installer": """
                    mkdir -p /usr/local/bin
                    printf '#!/bin/bash\\necho "$@" >>/etc/installed\\n' >/usr/local/bin/install-packages
                    chmod +x /usr/local/bin/install-packages
                    """
                ])
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", "installer", "acme-nic"], formats: "tar",
                    options: ["--set", "acme-nic.tools=ethtool,pciutils"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let tar = build.output.appending("image.tar").string
            let text = try Command("tar", ["-xOf", tar, "./etc/installed"]).checkedOutput()
            #expect(text == "ethtool pciutils\n")
        }
    }
}
