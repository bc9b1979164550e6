// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport

/// A library of plain C functions, first Tests/FixtureLibraries/plain.c, in the folder of one test.
struct PlainLibrary {
    let folder: FilePath
    /// The tree that its functions work on.
    let tree: FilePath
    var phase = Phase.install
    var parameters: [String: String] = [:]
    var values: [String: String] = [:]
    var layout: String?
    var privileges: [ElementManifest.Privilege] = []

    /// Compiles the library and makes a tree with `programs`.
    static func with(
        programs: [String] = [], _ body: (inout PlainLibrary) throws -> Void
    ) throws {
        try TemporaryFolder.with("plain") { folder in
            try ScratchTree.with(programs: programs) { tree in
                var library = PlainLibrary(folder: folder, tree: tree)
                try library.compile("plain.c")
                try body(&library)
            }
        }
    }

    /// Makes a file of Tests/FixtureLibraries the library.
    func compile(_ source: String) throws {
        let file = BuiltProducts.repository.appending("Tests/FixtureLibraries/\(source)")
        try Command(
            "cc",
            [
                "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", file.string, "-o",
                folder.appending("libPlain.so").string,
            ]
        ).checkedOutput()
    }

    /// Calls a function through a worker.
    func call(
        _ symbol: String, _ signature: String, _ arguments: [ArgumentSource] = []
    ) throws -> WorkerRun.Outcome {
        var run = WorkerRun("Plain", phase, of: [], element: "plain")
        run.folder = folder
        run.function = BoundFunction(
            symbol: symbol, signature: try FunctionSignature(signature), arguments: arguments)
        run.parameters = parameters
        run.values = values
        run.layout = layout
        run.privileges = privileges
        return try run.run(on: tree)
    }

    /// The lines that the function, or a program that it ran, printed; an error is a line too.
    func lines(
        _ symbol: String, _ signature: String, _ arguments: [ArgumentSource] = []
    ) throws -> [String] {
        let outcome = try call(symbol, signature, arguments)
        let printed = outcome.events.compactMap { event in
            if case .output(let line) = event { line } else { nil }
        }
        return printed + (outcome.error.map { ["error: \($0.message)"] } ?? [])
    }
}

extension ArgumentSource {
    static func literal(_ text: String) -> Self { .init(.literal, text) }
    static func text(_ text: String) -> Self { .init(.text, text) }
    static func parameter(_ name: String) -> Self { .init(.parameter, name) }
    static func value(_ name: BuildValueName) -> Self { .init(.buildValue, name.rawValue) }
    static func published(_ name: String) -> Self { .init(.published, name) }
    static func service(_ service: HostService) -> Self { .init(.service, service.rawValue) }
}
