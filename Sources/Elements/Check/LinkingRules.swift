// SPDX-License-Identifier: Apache-2.0

/// How the file was linked: protection of memory, what it exports, what a debugger finds.
enum LinkingRules {
    static func findings(
        in elf: ELFFile, calling called: [String]
    ) throws -> [Finding] {
        try memory(elf) + runPaths(elf) + exports(elf, calling: called) + debugInformation(elf)
    }

    private static func memory(_ elf: ELFFile) throws -> [Finding] {
        var findings: [Finding] = []
        let segments = try elf.segments()
        let stack = segments.first { $0.type == ELFFile.Segment.stack }
        if let stack, stack.flags & ELFFile.Segment.executable != 0 {
            findings.append(
                Finding(
                    .executableStack,
                    "asks for an executable stack, which newer systems refuse",
                    hint: "Link with -z noexecstack, and mark assembler files with .note.GNU-stack."
                ))
        } else if stack == nil {
            findings.append(
                Finding(
                    .executableStack,
                    "does not say whether it needs an executable stack, and gets one",
                    hint: "Link with -z noexecstack."))
        }
        if !segments.contains(where: { $0.type == ELFFile.Segment.relro }) {
            findings.append(
                Finding(
                    .relro, "leaves the loader's tables writable (no RELRO)",
                    hint: "Link with -z relro."))
        }
        if elf.loading.changesCode {
            findings.append(
                Finding(
                    .textRelocations,
                    "has its code changed while it is loaded, which SELinux refuses",
                    hint: "Compile every part of it with -fPIC."))
        }
        if !elf.loading.bindsAtOnce {
            findings.append(
                Finding(
                    .lazyBinding, "leaves the table of called functions writable (no BIND_NOW)",
                    hint: "Link with -z now for full RELRO."))
        }
        return findings
    }

    private static func runPaths(_ elf: ELFFile) -> [Finding] {
        elf.runPaths.compactMap { path in
            guard !path.hasPrefix("$ORIGIN"), !path.hasPrefix("${ORIGIN}") else { return nil }
            guard !path.hasSuffix("/usr/lib/swift/linux") else {
                return Finding(
                    .runPath,
                    "looks for Swift's runtime in '\(path)'; dibhost brings its own",
                    severity: .note, object: path,
                    hint: "Compile with -no-toolchain-stdlib-rpath.")
            }
            return Finding(
                .runPath, "looks for libraries in '\(path)', a folder of the machine that built it",
                object: path, hint: "Link with a run path that begins with $ORIGIN, or with none.")
        }
    }

    private static func exports(_ elf: ELFFile, calling called: [String]) throws -> [Finding] {
        let others = try elf.dynamicSymbols().filter { symbol in
            // Swift exports what is public; nobody can look it up by accident.
            !symbol.isUndefined && symbol.isFunction && symbol.isVisible
                && symbol.name != "\(PluginFile.entrySymbol)" && !symbol.name.hasPrefix("$s")
                && !(["_init", "_fini"] + called).contains(symbol.name)
        }.map(\.name).sorted()
        guard let first = others.first else { return [] }
        let rest = others.count == 1 ? "" : " and \(others.count - 1) more"
        return [
            Finding(
                .exportedSymbols, "exports functions that dibhost does not call: '\(first)'\(rest)",
                object: first,
                hint: "Compile with -fvisibility=hidden and mark the entry alone as visible.")
        ]
    }

    private static func debugInformation(_ elf: ELFFile) -> [Finding] {
        guard !elf.hasSection(among: [".debug_line", ".zdebug_line", ".gnu_debuglink"]) else {
            return []
        }
        return [
            Finding(
                .debugInformation, "has no debug information: a crash is reported without its line",
                hint: "Compile with -g; it costs space in the file only.")
        ]
    }
}
