// SPDX-License-Identifier: Apache-2.0

/// One element as the catalog found it on a plugin or element path.
///
/// No code of it has run.
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
    /// Disk layouts in files block-device-ARCHITECTURE.yaml and block-device-default.yaml, by the file's name.
    package var layouts: [String: YAMLSource]
    /// Native elements only.
    package var manifest: ElementManifest?
    /// The path of the element of the same name that is used instead, if any.
    package var shadowedBy: String?
    /// Digest of the .so file or of the folder's files: "sha256:..." when it was computed.
    package var digest: String?

    package init(
        name: String, kind: Kind, path: String, version: String? = nil, summary: String? = nil,
        requires: [String] = [], provides: [String] = [], conflicts: [String] = [],
        hooks: [PlannedHook] = [], layouts: [String: YAMLSource] = [:],
        manifest: ElementManifest? = nil, shadowedBy: String? = nil,
        digest: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.version = version
        self.summary = summary
        self.requires = requires
        self.provides = provides
        self.conflicts = conflicts
        self.hooks = hooks
        self.layouts = layouts
        self.manifest = manifest
        self.shadowedBy = shadowedBy
        self.digest = digest
    }
}

extension ElementDescription {
    /// The disk layout that a shell element brings for an architecture.
    func layout(for architecture: String) -> YAMLSource? {
        layouts["block-device-\(architecture).yaml"] ?? layouts["block-device-default.yaml"]
    }
}

/// One element's work in one phase.
package struct PlannedHook: Codable, Equatable, Sendable {
    package var phase: Phase
    /// The name that decides the order within the phase: "NN-element" for a native hook, the file's name for a legacy one.
    package var sortName: String
    package var element: String
    package var kind: ElementDescription.Kind

    package init(phase: Phase, sortName: String, element: String, kind: ElementDescription.Kind) {
        self.phase = phase
        self.sortName = sortName
        self.element = element
        self.kind = kind
    }
}

/// An element left out of the catalog, and why.
package struct RejectedElement: Codable, Equatable, Sendable {
    package var path: String
    /// The name its manifest claims, if that could be read.
    package var name: String?
    package var reason: String
    package var hint: String?

    package init(path: String, name: String? = nil, reason: String, hint: String? = nil) {
        self.path = path
        self.name = name
        self.reason = reason
        self.hint = hint
    }
}

extension RejectedElement {
    /// Whether the file's name is `name`, `name.so` or `libname.so`; case, dashes and underscores do not count.
    package func hasFileName(of name: String) -> Bool {
        var file = path[...]
        if let slash = file.lastIndex(of: "/") { file = file[file.index(after: slash)...] }
        if file.hasSuffix(".so") { file = file.dropLast(3) }
        let wanted = Self.letters(of: name)
        let found = Self.letters(of: file)
        return found == wanted || found == "lib" + wanted
    }

    private static func letters(of name: some StringProtocol) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" }
    }
}

extension PlannedStep {
    /// The step that runs `hook`.
    package init(_ hook: PlannedHook, mayGrow: Bool = false) {
        self.init(
            kind: hook.kind == .native ? .native : .legacy, phase: hook.phase, name: hook.sortName,
            element: hook.element, isInChroot: hook.phase.isInChroot, mayGrow: mayGrow)
    }
}
