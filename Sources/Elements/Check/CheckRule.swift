// SPDX-License-Identifier: Apache-2.0

/// What a plugin is checked for; the raw value is the rule's name in lists and in JSON.
package enum CheckRule: String, Codable, Sendable, CaseIterable {
    // What the file says of itself; none of the plugin's code runs.

    /// The file is no shared library, or is damaged.
    case elf
    /// Others than root and the user can write to the file, its folder or its libraries' folders.
    case trust
    /// It is built for another machine.
    case machine
    /// There is no manifest, or it breaks a rule of the schema.
    case manifest
    /// It is built for another version of the element contract.
    case contract
    /// A function that dibhost calls is not exported.
    case entrySymbol = "entry-symbol"
    /// It uses a function that neither it nor a library of its own defines.
    case undefinedSymbol = "undefined-symbol"
    /// A library that it needs is nowhere on this machine.
    case missingLibrary = "missing-library"
    /// A library that it needs is here, but not on a plain system.
    case neededLibrary = "needed-library"
    /// It needs a newer version of a system library than a plain system has.
    case libraryVersion = "library-version"
    /// It looks for libraries in a folder of the machine where it was built.
    case runPath = "run-path"
    /// The stack would be executable.
    case executableStack = "executable-stack"
    /// What the loader has filled in stays writable.
    case relro
    /// Code is changed while it is loaded.
    case textRelocations = "text-relocations"
    /// A symbol is looked up at its first call only.
    case lazyBinding = "lazy-binding"
    /// More is exported than dibhost calls.
    case exportedSymbols = "exported-symbols"
    /// A crash is reported without file and line.
    case debugInformation = "debug-information"
    /// The manifest does not say who made it, under which license, or what it is.
    case about
    /// It has no hook.
    case noPhases = "no-phases"
    /// A parameter is not explained.
    case parameterDoc = "parameter-doc"
    /// A parameter's environment variable means something else already.
    case parameterEnvironment = "parameter-environment"
    /// Packages are named for some families of distributions only.
    case packages

    // What the dry run shows.

    /// The loader refuses the library, or its code ends while it is loaded.
    case load
    /// The library prints something as soon as it is loaded.
    case loadOutput = "load-output"
    /// The code has other phases than the manifest.
    case phases
    /// The table of the plugin is not what the contract asks for.
    case table
    /// A hook crashes.
    case crash
    /// A hook does not end.
    case hang
    /// A hook ends the process instead of returning.
    case exit
    /// A hook writes to a descriptor that is not its own.
    case foreignDescriptor = "foreign-descriptor"
    /// A hook returns an error.
    case hookError = "hook-error"
    /// A hook changes files of the build host.
    case outsideWrite = "outside-write"
    /// A hook leaves descriptors open.
    case descriptorLeak = "descriptor-leak"
    /// A hook leaves processes running.
    case processLeak = "process-leak"
    /// A hook leaves something mounted.
    case mountLeak = "mount-leak"
    /// A hook leaves threads running.
    case threadLeak = "thread-leak"
    /// A hook changes a setting of its process.
    case processState = "process-state"
    /// A hook published a value.
    case published
    /// Nothing was run.
    case notRun = "not-run"

    /// How much a finding of this rule matters, unless it says otherwise.
    package var severity: Finding.Severity {
        switch self {
        case .elf, .trust, .machine, .manifest, .contract, .entrySymbol, .undefinedSymbol,
            .missingLibrary, .executableStack, .load, .phases, .table, .crash, .hang, .exit,
            .foreignDescriptor, .outsideWrite:
            .error
        case .neededLibrary, .libraryVersion, .runPath, .relro, .textRelocations, .about,
            .noPhases, .parameterDoc, .parameterEnvironment, .packages, .loadOutput, .hookError,
            .descriptorLeak, .processLeak, .mountLeak, .processState:
            .warning
        case .lazyBinding, .exportedSymbols, .debugInformation, .threadLeak, .published, .notRun:
            .note
        }
    }
}
