// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// The lists of packages: names, and objects that give one or more names a phase, architectures or a condition.
extension ManifestReader {
    static func packages(
        _ manifest: ManifestObject, parameters: [ElementManifest.Parameter]
    ) throws -> [String: [ElementManifest.Package]] {
        guard let object = try manifest.object("packages") else { return [:] }
        var packages: [String: [ElementManifest.Package]] = [:]
        for family in object.keys {
            for (index, item) in try object.list(family).enumerated() {
                packages[family, default: []] += try entry(item, object, family, index, parameters)
            }
        }
        return packages
    }

    private static func entry(
        _ item: JSONValue, _ object: ManifestObject, _ family: String, _ index: Int,
        _ parameters: [ElementManifest.Parameter]
    ) throws -> [ElementManifest.Package] {
        if let name = item.text { return [.init(name: name)] }
        guard item.members != nil else {
            throw object.fault(
                family, item: index, "is neither a package's name nor an object")
        }
        let entry = try object.object(family, item: index, item)
        let names = try names(entry)
        let phase = try entry.string("phase").map { try choice($0, entry, "phase", Phase.self) }
        let architectures = try entry.strings("architectures")
        let condition = try condition(entry, parameters)
        try entry.finish()
        return names.map {
            .init(name: $0, phase: phase, architectures: architectures, when: condition)
        }
    }

    private static func names(_ entry: ManifestObject) throws -> [String] {
        let one = try entry.string("name")
        let several = try entry.strings("names")
        guard let one else {
            guard entry.has("names") else { throw entry.fault("name", "is missing") }
            guard !several.isEmpty else { throw entry.fault("names", "is empty") }
            return several
        }
        guard !entry.has("names") else { throw entry.fault("names", "stands beside 'name'") }
        return [one]
    }

    /// The values under "when" in the spelling that a plan's parameters have.
    private static func condition(
        _ entry: ManifestObject, _ parameters: [ElementManifest.Parameter]
    ) throws -> [String: [String]] {
        guard let object = try entry.object("when") else { return [:] }
        var condition: [String: [String]] = [:]
        for name in object.keys {
            if name.hasPrefix("build.") {
                condition[name] = try choices(name, object)
                continue
            }
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw object.fault(
                    name, "is no parameter of the element",
                    hint: NearestName.of(name, in: parameters.map(\.name))
                        .map { "Did you mean '\($0)'?" })
            }
            guard !parameter.isSecret else {
                throw object.fault(name, "is a secret, and a plan shows its packages")
            }
            let values = try object.settingTexts(name)
            guard !values.isEmpty else { throw object.fault(name, "names no value") }
            condition[name] = try values.enumerated().map {
                try checked($1, for: parameter, object, item: $0)
            }
        }
        return condition
    }

    /// The values of something that the disk's layout decides.
    private static func choices(_ name: String, _ object: ManifestObject) throws -> [String] {
        let known = BuildValueName.allCases.filter { $0.conditionChoices != nil }.map(\.rawValue)
        guard let choices = BuildValueName(rawValue: name)?.conditionChoices else {
            throw object.fault(
                name, "is no value that a package can depend on",
                hint: NearestName.of(name, in: known).map { "Did you mean '\($0)'?" }
                    ?? "Known are: \(known.joined(separator: ", ")).")
        }
        let values = try object.settingTexts(name)
        guard !values.isEmpty else { throw object.fault(name, "names no value") }
        if let index = values.firstIndex(where: { !choices.contains($0) }) {
            throw object.fault(
                name, item: index, "is '\(values[index])'",
                hint: "Known are: \(choices.joined(separator: ", ")).")
        }
        return values
    }

    private static func checked(
        _ value: String, for parameter: ElementManifest.Parameter, _ object: ManifestObject,
        item: Int
    ) throws -> String {
        do {
            return try ParameterValue.normalized(value, for: parameter)
        } catch {
            throw object.fault(
                parameter.name, item: item, "is '\(value)', which \(error.problem)",
                hint: error.hint)
        }
    }
}
