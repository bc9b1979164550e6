// SPDX-License-Identifier: Apache-2.0

import Planning

/// An element as a person reads it.
enum ElementText {
    static func lines(of element: ElementDescription) -> [String] {
        let manifest = element.manifest
        var facts = TextTable()
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { facts.add(name, values.joined(separator: ", ")) }
        }
        add("name", [element.name])
        add("kind", [element.kind.rawValue])
        add("version", [element.version].compactMap(\.self))
        add("summary", [element.summary].compactMap(\.self))
        add("vendor", [manifest?.vendor].compactMap(\.self))
        add("license", [manifest?.license].compactMap(\.self))
        add("path", [element.path])
        add("requires", element.requires)
        add("provides", element.provides)
        add("conflicts", element.conflicts)
        add("architectures", manifest?.architectures ?? [])
        add("distributions", manifest?.distributions ?? [])
        add("privileges", manifest?.privileges.map(\.rawValue) ?? [])
        add("tools", manifest?.tools.keys.sorted() ?? [])
        add("layouts", manifest?.layouts.keys.sorted() ?? [])
        for (name, value) in (manifest?.exports ?? [:]).sorted(by: { $0.key < $1.key }) {
            add("exports", ["\(name)=\(value)"])
        }
        for (family, packages) in (manifest?.packages ?? [:]).sorted(by: { $0.key < $1.key }) {
            add("packages (\(family))", packages.map(text))
        }
        return facts.lines + parameters(of: manifest) + hooks(of: element)
    }

    /// The package's name, and the condition that it has.
    private static func text(of package: ElementManifest.Package) -> String {
        let condition = package.when.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.joined(separator: " or "))" }
        return package.name
            + (condition.isEmpty ? "" : " (\(condition.joined(separator: " and ")))")
    }

    private static func parameters(of manifest: ElementManifest?) -> [String] {
        guard let parameters = manifest?.parameters, !parameters.isEmpty else { return [] }
        var table = TextTable(indentation: 2)
        for parameter in parameters {
            let choices = parameter.choices.isEmpty ? "" : parameter.choices.joined(separator: "|")
            let words = [
                parameter.isRequired ? "required" : nil, parameter.isSecret ? "secret" : nil,
                parameter.defaultValue.map { "= \($0)" },
            ]
            let value = words.compactMap { $0 }.joined(separator: ", ")
            table.add(
                parameter.name, choices.isEmpty ? parameter.type.rawValue : choices, value,
                parameter.environment ?? "", parameter.doc)
        }
        return ["parameters"] + table.lines
    }

    private static func hooks(of element: ElementDescription) -> [String] {
        guard !element.hooks.isEmpty else { return [] }
        var table = TextTable(indentation: 2)
        for hook in element.hooks {
            table.add(
                hook.phase.rawValue, hook.sortName, hook.phase.isInChroot ? "in the chroot" : "",
                element.manifest?.function(of: hook.phase).map { "calls \($0.call())" } ?? "")
        }
        return ["hooks"] + table.lines
    }
}
