// SPDX-License-Identifier: Apache-2.0

/// Everything that a build will do, in order, as far as it is known without running anything.
package struct BuildPlan: Codable, Equatable, Sendable {
    package var version: String
    package var request: BuildRequest
    /// In the order in which they were resolved.
    package var elements: [PlannedElement]
    package var parameters: [PlannedParameter]
    /// Environment variables that native elements export, with the element that does.
    package var exports: [Export]
    /// Packages of the base transaction: logical names, resolved for the family of the operating system.
    package var packages: [String]
    package var steps: [PlannedStep]
    /// Whether the finished tree is audited.
    package var audits: Bool { steps.contains { $0.name == HostStep.auditTree.rawValue } }
    package var layout: DiskLayout
    /// The native elements whose hooks may change the layout while the build runs, in the order of the hooks.
    package var layoutEditors: [String]
    package var outputs: [PlannedOutput]
    /// nil: nobody looked for the newest input yet.
    package var sourceDate: SourceDate?
    /// What the user should know, such as a shadowed element.
    package var warnings: [String]

    package struct PlannedElement: Codable, Equatable, Sendable {
        package var description: ElementDescription
        /// Why it is in: "requested", "needed by X", "added by default".
        package var reason: String

        package init(description: ElementDescription, reason: String) {
            self.description = description
            self.reason = reason
        }
    }

    package struct PlannedParameter: Codable, Equatable, Sendable {
        package enum Origin: String, Codable, Sendable {
            case commandLine = "--set"
            case configuration = "--config"
            case environment
            case manifestDefault = "default"
        }
        package var element: String
        package var name: String
        /// nil: neither set nor a default.
        package var value: String?
        package var origin: Origin
        package var isSecret: Bool
        /// Whether it says nothing of the image.
        package var isBuildOnly: Bool
        package var environmentName: String?

        package init(
            element: String, name: String, value: String? = nil, origin: Origin, isSecret: Bool,
            isBuildOnly: Bool = false, environmentName: String? = nil
        ) {
            self.element = element
            self.name = name
            self.value = value
            self.origin = origin
            self.isSecret = isSecret
            self.isBuildOnly = isBuildOnly
            self.environmentName = environmentName
        }
    }

    package struct Export: Codable, Equatable, Sendable {
        package var name: String
        package var value: String
        package var element: String

        package init(name: String, value: String, element: String) {
            self.name = name
            self.value = value
            self.element = element
        }
    }

    package struct PlannedOutput: Codable, Equatable, Sendable {
        package var format: OutputFormat
        package var path: String
        /// The disk that it is an image of; nil: the first one, or none.
        package var disk: String?

        package init(format: OutputFormat, path: String, disk: String? = nil) {
            self.format = format
            self.path = path
            self.disk = disk
        }
    }

    package init(
        version: String, request: BuildRequest, elements: [PlannedElement] = [],
        parameters: [PlannedParameter] = [], exports: [Export] = [], packages: [String] = [],
        steps: [PlannedStep] = [], layout: DiskLayout, layoutEditors: [String] = [],
        outputs: [PlannedOutput] = [], sourceDate: SourceDate? = nil, warnings: [String] = []
    ) {
        self.version = version
        self.request = request
        self.elements = elements
        self.parameters = parameters
        self.exports = exports
        self.packages = packages
        self.steps = steps
        self.layout = layout
        self.layoutEditors = layoutEditors
        self.outputs = outputs
        self.sourceDate = sourceDate
        self.warnings = warnings
    }
}

/// One line of a plan: a hook of an element, or work of dibhost's own.
package struct PlannedStep: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// dibhost's own work: workspace, mounts, image, formats.
        case host
        case native
        case legacy
    }
    package var kind: Kind
    /// nil for work of dibhost's own that belongs to no phase.
    package var phase: Phase?
    /// The hook's sort name, or what dibhost does, such as "write file system".
    package var name: String
    package var element: String?
    package var isInChroot: Bool
    /// Whether an earlier legacy hook may add hooks to this step's phase.
    package var mayGrow: Bool

    package init(
        kind: Kind, phase: Phase? = nil, name: String, element: String? = nil, isInChroot: Bool,
        mayGrow: Bool
    ) {
        self.kind = kind
        self.phase = phase
        self.name = name
        self.element = element
        self.isInChroot = isInChroot
        self.mayGrow = mayGrow
    }
}
