// SPDX-License-Identifier: Apache-2.0

internal import CElement
internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// Everything that can be found out about a plugin's file without running any of its code.
///
/// Where `PluginInspector` stops at the first fault, because one is enough to leave a file out, this goes on as far as
/// the file can be read: its author wants to know all.
package struct PluginCheck {
    package let path: FilePath
    package private(set) var findings: [Finding] = []
    /// nil when it cannot be read.
    package private(set) var manifest: ElementManifest?
    /// The machine that the plugin is built for; nil when this is no ELF file.
    package private(set) var machine: Machine?

    /// Checks the plugin at `path`; `user` is the one who called dibhost.
    ///
    /// - Throws: `BuildError` with status 2 when there is no such file, or it cannot be read.
    package init(_ path: FilePath, user: UInt32) throws {
        self.path = path
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw BuildError(
                .refused, "cannot open '\(path)': \(error)", hint: "Name a plugin's .so file.")
        }
        try file.closeAfter { try inspect(file, user: user) }
        sort()
    }

    /// Adds what a dry run has shown.
    package mutating func add(_ more: [Finding]) {
        findings += more
        sort()
    }

    /// Whether nothing was found that would keep dibhost from loading the plugin.
    package var isLoadable: Bool {
        manifest != nil
            && !findings.contains { finding in
                [.elf, .trust, .machine, .manifest, .contract, .entrySymbol, .missingLibrary]
                    .contains(finding.rule) && finding.severity == .error
            }
    }

    package func count(_ severity: Finding.Severity) -> Int {
        findings.count { $0.severity == severity }
    }

    /// The gravest first, otherwise in the order in which they were found.
    private mutating func sort() {
        findings = findings.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }.map(\.element)
    }

    // MARK: Parts

    private mutating func inspect(_ file: FileDescriptor, user: UInt32) throws {
        guard try file.stat().type == .regular else {
            findings.append(Finding(.elf, "is no regular file"))
            return
        }
        var inspector = PluginInspector(user: user)
        attempt(.trust) { _ in try inspector.checkTrust(file) }
        let link = FilePath("/proc/self/fd/\(file.rawValue)")
        let origin = (SymbolicLink.target(of: link) ?? path).removingLastComponent()
        attempt(.elf) { check in
            let elf = try ELFFile(reading: file)
            check.machine = Machine(number: elf.machine)
            check.readManifest(of: elf)
            check.checkCode(of: elf)
            let trust = inspector.runPathFault(
                needed: elf.neededLibraries, runPaths: elf.runPaths, origin: origin)
            if let trust { check.add(.trust, trust) }
            check.attempt(.elf) {
                let called = $0.manifest?.phases.compactMap(\.function?.symbol) ?? []
                $0.findings += try LinkingRules.findings(in: elf, calling: called)
            }
            check.attempt(.elf) {
                $0.findings += try LibraryRules(elf, origin: origin).findings()
            }
        }
        if let manifest { findings += ManifestRules.findings(in: manifest) }
    }

    private mutating func readManifest(of elf: ELFFile) {
        attempt(.manifest) { check in
            let bytes = try elf.contents(
                ofSection: PluginFile.manifestSection, limit: ELFFile.longestManifest)
            guard let bytes else {
                throw PluginFault(
                    "has no section .dib.manifest",
                    hint: "Embed manifest.json with the macros of dib_element.h.")
            }
            let faults = ManifestFaults.all(in: bytes)
            for fault in faults {
                check.add(.manifest, fault.pluginFault, object: fault.path.description)
            }
            if faults.isEmpty { check.manifest = try ManifestReader.read(bytes) }
        }
    }

    private mutating func checkCode(of elf: ELFFile) {
        if let fault = PluginFile.machineFault(elf) { add(.machine, fault) }
        if let fault = manifest.flatMap(PluginFile.contractFault) { add(.contract, fault) }
        attempt(.elf) { check in
            // Without its manifest nobody knows that a library needs no table.
            let needsTable = check.manifest?.needsTable ?? true
            if needsTable, let fault = try PluginFile.entryFault(elf) {
                check.add(.entrySymbol, fault, object: "\(PluginFile.entrySymbol)")
            }
            for hook in check.manifest?.phases ?? [] {
                guard let symbol = hook.function?.symbol,
                    let fault = try elf.fault(of: symbol, calledIn: hook.phase)
                else { continue }
                check.add(.entrySymbol, fault, object: "$.phases.\(hook.phase.rawValue).symbol")
            }
        }
    }

    private mutating func add(_ rule: CheckRule, _ fault: PluginFault, object: String? = nil) {
        findings.append(Finding(rule, fault.reason, object: object, hint: fault.hint))
    }

    /// Runs a part of the check; an error of it is a finding, and the other parts go on.
    private mutating func attempt(
        _ rule: CheckRule, _ body: (inout PluginCheck) throws -> Void
    ) {
        do {
            try body(&self)
        } catch {
            let fault = PluginFault(error)
            // Several parts read the same tables.
            if !findings.contains(where: { $0.message == fault.reason }) { add(rule, fault) }
        }
    }
}
