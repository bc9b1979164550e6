// SPDX-License-Identifier: Apache-2.0

/// An element's package-installs file, in YAML or JSON.
///
/// A map from the names of packages to nothing, to a map of conditions, or to a list of such maps.
package struct PackageList: Equatable, Sendable {
    /// The names of the files, in the order in which they are read.
    package static let fileNames = ["package-installs.json", "package-installs.yaml"]
    private static let phases: Set<String> = [
        "pre-install.d", "install.d", "post-install.d",
    ]

    package private(set) var requests: [PackageRequest] = []
    /// What the original passes over in silence.
    package private(set) var warnings: [String] = []

    /// Reads `text`, which stands in the file `path` of `element`.
    ///
    /// - Throws: `BuildError` with status 2 that names element, file, line and key.
    package init(_ text: String, path: String, element: String) throws {
        let source = YAMLSource(
            kind: "package list of element '\(element)'", name: path, text: text)
        guard let document = try source.document() else {
            throw source.refusal(1, "the file holds nothing", hint: Self.hint)
        }
        guard let packages = document.map else {
            throw source.refusal(
                document.line, "\(document.valueType.rawValue) where a map of packages belongs",
                hint: Self.hint)
        }
        for package in packages {
            for conditions in try Self.items(of: package, in: source) {
                let new = PackageRequest(
                    name: package.key, element: element, place: source.place(package.line))
                try add(new, conditions, source)
            }
        }
    }

    private static let hint =
        "Write one line 'NAME:' for each package, with its conditions below it; remove the file if there is none."

    /// The maps of conditions of a package; one that is empty stands for none.
    private static func items(
        of package: YAMLNode.Entry, in source: YAMLSource
    ) throws -> [[YAMLNode.Entry]] {
        let value = package.value
        if value.valueType == .nothing || value.text == "" { return [[]] }
        let maps = value.list ?? [value]
        guard !maps.isEmpty else { return [[]] }
        return try maps.map { item in
            guard let map = item.map else {
                throw source.refusal(
                    item.line,
                    "package '\(package.key)' has \(item.valueType.rawValue) where a map of conditions belongs",
                    hint: "Conditions are keys such as 'phase', 'arch', 'when'.")
            }
            return map
        }
    }

    private mutating func add(
        _ new: PackageRequest, _ conditions: [YAMLNode.Entry], _ source: YAMLSource
    ) throws {
        var request = new
        for condition in conditions {
            let text = { try Self.text(condition, of: new.name, in: source) }
            switch condition.key {
            case "phase": request.phase = try text() ?? "None"
            case "installtype": request.installType = try text()
            case "arch": request.architectures = try text()
            case "not-arch": request.otherArchitectures = try text()
            case "dib_python_version": request.pythonVersion = try text() ?? "None"
            case "when": request.conditions = try Self.conditions(condition, new.name, source)
            case "uninstall": request.isRemoval = true
            case "build-only": request.isBuildOnly = true
            default:
                warnings.append(
                    "\(source.place(condition.line)): package '\(new.name)' has the key "
                        + "'\(condition.key)', which means nothing")
            }
            if ["uninstall", "build-only"].contains(condition.key), condition.value.truth == false {
                warnings.append(
                    "\(source.place(condition.line)): package '\(new.name)': the key "
                        + "'\(condition.key)' counts, whatever its value")
            }
        }
        warn(of: request)
        requests.append(request)
    }

    private mutating func warn(of request: PackageRequest) {
        if !Self.phases.contains(request.phase) {
            warnings.append(
                "\(request.place): package '\(request.name)' is for the phase '\(request.phase)', "
                    + "in which none is installed")
        }
        for list in [request.architectures, request.otherArchitectures].compactMap(\.self)
        where list.contains(" ") {
            warnings.append(
                "\(request.place): package '\(request.name)': spaces in '\(list)' are part of the "
                    + "architectures' names, so that these are never met")
        }
    }

    private static func text(
        _ condition: YAMLNode.Entry, of package: String, in source: YAMLSource
    ) throws -> String? {
        if condition.value.valueType == .nothing { return nil }
        guard let text = condition.value.text else {
            throw source.refusal(
                condition.line,
                "package '\(package)': '\(condition.key)' takes a text, not \(condition.value.valueType.rawValue)",
                hint: "Architectures are names with commas in between.")
        }
        return text
    }

    private static func conditions(
        _ condition: YAMLNode.Entry, _ package: String, _ source: YAMLSource
    ) throws -> [String] {
        let value = condition.value
        if value.valueType == .nothing { return [] }
        return try (value.list ?? [value]).map { item in
            guard let text = item.text, item.valueType == .string else {
                throw source.refusal(
                    item.line,
                    "package '\(package)': 'when' takes a condition or a list of them, not \(item.valueType.rawValue)",
                    hint: PackageCondition.hint)
            }
            return text
        }
    }
}
