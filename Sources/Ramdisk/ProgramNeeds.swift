// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// What a program or library needs to start, as its ELF headers say.
package struct ProgramNeeds: Sendable, Equatable {
    /// The libraries by name: DT_NEEDED.
    package var libraries: [String]
    /// Where they are looked for first: DT_RUNPATH or DT_RPATH.
    package var runPaths: [String]
    /// The dynamic loader; nil for a library.
    package var interpreter: String?

    package init(libraries: [String], runPaths: [String], interpreter: String?) {
        self.libraries = libraries
        self.runPaths = runPaths
        self.interpreter = interpreter
    }

    /// Reads the needs of an open file; nil for a static program and for what is no ELF file.
    package typealias Reader = @Sendable (FileDescriptor) throws -> ProgramNeeds?
}
