// SPDX-License-Identifier: Apache-2.0

/// One element as the catalog found it on a plugin or element path. No code of it has run.
package struct ElementDescription: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable { case native, legacy }

    package var name: String
    package var kind: Kind
    /// The .so file, or the folder of scripts.
    package var path: String
    package var version: String?
    package var summary: String?
    package var requires: [String]
    package var provides: [String]
    package var conflicts: [String]
    /// The hooks known before anything runs, in the order of phases, numbers and names.
    package var hooks: [PlannedHook]
    /// Native elements only.
    package var manifest: ElementManifest?
    /// The path of the element of the same name that is used instead, if any.
    package var shadowedBy: String?
    /// Digest of the .so file or of the folder's files: "sha256:..." when it was computed.
    package var digest: String?
}

/// One element's work in one phase.
package struct PlannedHook: Codable, Equatable, Sendable {
    package var phase: Phase
    /// The name that decides the order within the phase: "NN-element" for a native hook, the file's name for a legacy one.
    package var sortName: String
    package var element: String
    package var kind: ElementDescription.Kind
}

/// An element left out of the catalog, and why.
package struct RejectedElement: Codable, Equatable, Sendable {
    package var path: String
    /// The name its manifest claims, if that could be read.
    package var name: String?
    package var reason: String
    package var hint: String?
}
