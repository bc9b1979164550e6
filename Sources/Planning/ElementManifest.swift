// SPDX-License-Identifier: Apache-2.0

/// What a native element says of itself: the contents of its manifest.json.
package struct ElementManifest: Codable, Equatable, Sendable {
    /// The version of this schema that dibhost reads.
    package static let schemaVersion = 1

    package var schema: Int
    package var name: String
    package var version: String
    package var summary: String
    package var vendor: String?
    package var license: String?
    /// The version of dib_element.h's contract the plugin was built for.
    package var abi: UInt32
    package var requires: [String]
    package var provides: [String]
    package var conflicts: [String]
    /// Debian's names (amd64, arm64 ...); empty means any.
    package var architectures: [String]
    /// Values of DISTRO_NAME; empty means any.
    package var distributions: [String]
    package var parameters: [Parameter]
    package var phases: [Hook]
    /// Packages by distribution family (debian, redhat, suse) or "default".
    package var packages: [String: [Package]]
    /// Disk layouts, by Debian's name of an architecture or "default", in the original's structure.
    package var layouts: [String: YAMLSource]
    /// Environment variables that are set before any environment.d, such as DISTRO_NAME.
    package var exports: [String: String]
    package var privileges: [Privilege]
    /// Programs of the build host that the element runs, each with the Debian package that brings it.
    package var tools: [String: String]

    /// A setting of the element.
    package struct Parameter: Codable, Equatable, Sendable {
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case string, integer, boolean, path
            /// A number of bytes; users give it with a unit, such as 2.5GiB.
            case size
            /// Several values, separated by commas.
            case list
        }
        package var name: String
        package var type: Kind
        /// The value as text; nil: the element copes with its absence, or it is required.
        package var defaultValue: String?
        package var doc: String
        /// The environment variable that sets it, such as DIB_RELEASE.
        package var environment: String?
        /// Allowed values; empty means any.
        package var choices: [String]
        package var isSecret: Bool
        /// Whether it says how to build and nothing of the image, whose record leaves it out.
        package var isBuildOnly: Bool
        /// Whether a build needs a value.
        package var isRequired: Bool

        package init(
            name: String, type: Kind, defaultValue: String? = nil, doc: String,
            environment: String? = nil, choices: [String] = [], isSecret: Bool,
            isBuildOnly: Bool = false, isRequired: Bool = false
        ) {
            self.name = name
            self.type = type
            self.defaultValue = defaultValue
            self.doc = doc
            self.environment = environment
            self.choices = choices
            self.isSecret = isSecret
            self.isBuildOnly = isBuildOnly
            self.isRequired = isRequired
        }
    }

    /// One hook: the phase and its place among the hooks of that phase.
    package struct Hook: Codable, Equatable, Sendable {
        package var phase: Phase
        /// 0-999.
        package var order: Int
        /// The plain C function that does the work; nil: the plugin's table has it.
        package var function: BoundFunction?

        package init(phase: Phase, order: Int, function: BoundFunction? = nil) {
            self.phase = phase
            self.order = order
            self.function = function
        }
    }

    /// A package that the element wants installed.
    package struct Package: Codable, Equatable, Sendable {
        package var name: String
        /// nil: installed with the base system in one transaction.
        package var phase: Phase?
        /// Debian's names of the architectures that need it; empty means any.
        package var architectures: [String]
        /// Values of the element's own parameters, and of the disk's layout, that it is wanted for: each must have one of
        /// its list.
        package var when: [String: [String]]

        package init(
            name: String, phase: Phase? = nil, architectures: [String] = [],
            when: [String: [String]] = [:]
        ) {
            self.name = name
            self.phase = phase
            self.architectures = architectures
            self.when = when
        }
    }

    /// A right that a plan shows and the user can refuse.
    package enum Privilege: String, Codable, Sendable, CaseIterable {
        /// Phases outside the chroot get the host path of the target tree.
        case rawHostPath = "raw-host-path"
        /// The element downloads from the network.
        case network
    }

    package init(
        schema: Int, name: String, version: String, summary: String, vendor: String? = nil,
        license: String? = nil, abi: UInt32, requires: [String] = [], provides: [String] = [],
        conflicts: [String] = [], architectures: [String] = [], distributions: [String] = [],
        parameters: [Parameter] = [], phases: [Hook] = [], packages: [String: [Package]] = [:],
        layouts: [String: YAMLSource] = [:], exports: [String: String] = [:],
        privileges: [Privilege] = [],
        tools: [String: String] = [:]
    ) {
        self.schema = schema
        self.name = name
        self.version = version
        self.summary = summary
        self.vendor = vendor
        self.license = license
        self.abi = abi
        self.requires = requires
        self.provides = provides
        self.conflicts = conflicts
        self.architectures = architectures
        self.distributions = distributions
        self.parameters = parameters
        self.phases = phases
        self.packages = packages
        self.layouts = layouts
        self.exports = exports
        self.privileges = privileges
        self.tools = tools
    }
}

extension ElementManifest {
    /// The disk layout for an architecture, if the element brings one.
    func layout(for architecture: String) -> YAMLSource? {
        layouts[architecture] ?? layouts["default"]
    }
}
