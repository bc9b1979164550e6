// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func request(
    plugins: [FilePath] = [], elements: [FilePath] = [],
    _ change: (inout BuildRequest) -> Void = { _ in }
) -> BuildRequest {
    var request = BuildRequest(
        elements: [], user: .init(name: "root", id: 0, group: 0, groups: [0], home: "/root"))
    request.pluginFolders = plugins.map(\.string)
    request.elementFolders = elements.map(\.string)
    change(&request)
    return request
}

private func makeFolder(_ folder: FilePath, mode: String = "0755") throws {
    try Command("install", ["-d", "-m", mode, folder.string]).checkedOutput()
}

@Test
private func aPluginHidesScriptsOfItsNameUnlessTheyArePreferred() throws {
    try TemporaryFolder.with("catalog") { folder in
        let plugins = folder.appending("plugins")
        let scripts = folder.appending("scripts")
        try makeFolder(plugins)
        try TestPlugin.write(TestPlugin.manifest("net"), to: plugins.appending("net.so"))
        try makeFolder(scripts.appending("net"))
        let both = request(plugins: [plugins], elements: [scripts])
        let index = try ElementCatalog(for: both).index
        #expect(try index.element(named: "net")?.kind == .native)
        #expect(index.shadowed.map(\.path) == [scripts.appending("net").string])
        #expect(index.shadowed.map(\.shadowedBy) == [plugins.appending("net.so").string])

        for choice in [["net"], ["all"]] {
            var preferring = both
            preferring.preferLegacy = choice
            #expect(
                try ElementCatalog(for: preferring).index.element(named: "net")?.kind == .legacy)
        }
        var except = both
        except.preferLegacy = ["all"]
        except.preferNative = ["net"]
        #expect(try ElementCatalog(for: except).index.element(named: "net")?.kind == .native)
    }
}

@Test
private func anEarlierPathHidesALaterOne() throws {
    try TemporaryFolder.with("catalog") { folder in
        let first = folder.appending("first")
        let second = folder.appending("second")
        try makeFolder(first)
        try makeFolder(second)
        try TestPlugin.write(TestPlugin.manifest("net"), to: first.appending("one.so"))
        try TestPlugin.write(TestPlugin.manifest("net"), to: second.appending("two.so"))
        let catalog = try ElementCatalog(for: request(plugins: [second, first]))
        #expect(
            catalog.all.map(\.path)
                == [second.appending("two.so"), first.appending("one.so")].map(\.string))
    }
}

@Test
private func aBrokenPluginIsAnErrorOnlyForTheNameThatMeansIt() throws {
    try TemporaryFolder.with("catalog") { folder in
        let plugins = folder.appending("plugins")
        let scripts = folder.appending("scripts")
        try makeFolder(plugins)
        try TestPlugin.write(nil, to: plugins.appending("libOldNet.so"))
        try TestPlugin.write(
            #"{"schema":1,"name":"new","version":"1","summary":"s","abi":7}"#,
            to: plugins.appending("anything.so"))
        try TestPlugin.write(TestPlugin.manifest("good"), to: plugins.appending("good.so"))
        for name in ["old-net", "new"] { try makeFolder(scripts.appending(name)) }
        let index = try ElementCatalog(
            for: request(plugins: [plugins], elements: [scripts])
        ).index
        #expect(try index.element(named: "good") != nil)
        #expect(throws: BuildError.self) { try index.element(named: "old-net") }
        #expect(throws: BuildError.self) { try index.element(named: "oldnet") }
        #expect(throws: BuildError.self) { try index.element(named: "new") }
        #expect(try index.element(named: "anything") == nil)

        let legacy = try ElementCatalog(
            for: request(plugins: [plugins], elements: [scripts]) { $0.preferLegacy = ["new"] })
        #expect(try legacy.index.element(named: "new")?.kind == .legacy)
    }
}

@Test
private func scriptElementsAreReadAsTheOriginalReadsThem() throws {
    try TemporaryFolder.with("catalog") { folder in
        let element = folder.appending("path/svc")
        try TextFile.write("  base \n\npkg-map\t\n", to: element.appending("element-deps"))
        try TextFile.write("service", to: element.appending("element-provides"))
        let install = element.appending("install.d")
        for name in ["9-c", "10-b", "100-a", "open-x", "not.run", "space no"] {
            try TextFile.writeScript("#!/bin/sh\n", to: install.appending(name))
        }
        try TextFile.write("data", to: install.appending("20-not-executable"))
        try makeFolder(install.appending("30-folder"))
        try TextFile.writeScript("#!/bin/sh\n", to: element.appending("root.d/50-x"))
        try TextFile.writeScript("#!/bin/sh\n", to: element.appending("other.d/50-x"))
        try Command("ln", ["-s", "svc", folder.appending("path/alias").string]).checkedOutput()

        let catalog = try ElementCatalog(for: request(elements: [folder.appending("path")]))
        let found = try #require(try catalog.index.element(named: "svc"))
        #expect(found.requires == ["base", "pkg-map"])
        #expect(found.provides == ["service"])
        #expect(found.hooks.map(\.sortName) == ["50-x", "open-x", "9-c", "10-b", "100-a"])
        #expect(found.hooks.map(\.phase) == [.root] + Array(repeating: .install, count: 4))
        #expect(try catalog.index.element(named: "alias") == nil, "a link has its target's name")
    }
}

@Test
private func whatOthersCouldHaveWrittenIsNotLoaded() throws {
    try TemporaryFolder.with("catalog") { folder in
        let plugins = folder.appending("plugins")
        let file = plugins.appending("net.so")
        try makeFolder(plugins)
        try TestPlugin.write(TestPlugin.manifest("net"), to: file)
        func reason() throws -> String? {
            try ElementCatalog(for: request(plugins: [plugins])).index.rejected.first?.reason
        }
        #expect(try reason() == nil)
        try Command("chmod", ["g+w", file.string]).checkedOutput()
        #expect(try reason() == "can be written to by other users")
        try Command("chmod", ["go-w", file.string]).checkedOutput()
        try Command("chown", ["12345", file.string]).checkedOutput()
        #expect(try reason() == "belongs to user 12345, who is neither root nor you")
        try Command("chown", ["root", file.string]).checkedOutput()
        try Command("chmod", ["o+w", plugins.string]).checkedOutput()
        #expect(throws: BuildError.self) { try reason() }
        try Command("chmod", ["o-w", plugins.string]).checkedOutput()
        try Command("chmod", ["o+w", folder.string]).checkedOutput()
        #expect(throws: BuildError.self) { try reason() }
        try Command("chmod", ["+t", folder.string]).checkedOutput()
        #expect(try reason() == nil, "in a sticky folder nobody replaces what belongs to another")
    }
}

@Test
private func aLinkOutOfATrustedFolderIsFollowedToWhereItLeads() throws {
    try TemporaryFolder.with("catalog") { folder in
        let plugins = folder.appending("plugins")
        let open = folder.appending("open")
        try makeFolder(plugins)
        try makeFolder(open, mode: "0777")
        let file = open.appending("net.so")
        try TestPlugin.write(TestPlugin.manifest("net"), to: file)
        try Command("ln", ["-s", file.string, plugins.appending("net.so").string]).checkedOutput()
        let rejected = try ElementCatalog(for: request(plugins: [plugins])).index.rejected
        #expect(
            rejected.map(\.reason) == ["lies in '\(open)', which can be written to by other users"])
    }
}

@Test
private func aPluginThatChangedSinceThePlanIsNotLoaded() throws {
    try TemporaryFolder.with("catalog") { folder in
        let plugins = folder.appending("plugins")
        let file = plugins.appending("net.so")
        try makeFolder(plugins)
        try TestPlugin.write(TestPlugin.manifest("net"), to: file)
        let index = try ElementCatalog(for: request(plugins: [plugins])).index
        let element = try #require(try index.element(named: "net"))
        try ElementCatalog.openPlugin(element, user: 0).close()
        try TestPlugin.write(TestPlugin.manifest("net", #""provides": ["more"]"#), to: file)
        #expect(
            throws: BuildError(
                .refused,
                "element 'net' cannot be used: '\(file)' has changed since the build was planned",
                hint: "Start the build again.")
        ) {
            try ElementCatalog.openPlugin(element, user: 0)
        }
    }
}

@Test
private func aPipeNamedLikeAPluginDoesNotStopTheScan() throws {
    try TemporaryFolder.with("catalog") { folder in
        try Command("mkfifo", [folder.appending("net.so").string]).checkedOutput()
        let rejected = try ElementCatalog(for: request(plugins: [folder])).index.rejected
        #expect(rejected.map(\.reason) == ["is no regular file"])
    }
}
