// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import Planning

/// Reads manifest.json; every fault names the place in it.
package enum ManifestReader {
    /// The manifest in `bytes`.
    ///
    /// - Throws: `PluginFault`.
    package static func read(_ bytes: [UInt8]) throws -> ElementManifest {
        do {
            return try manifest(in: try document(bytes))
        } catch let fault as ManifestFault {
            throw fault.pluginFault
        }
    }

    /// The document itself.
    ///
    /// - Throws: `ManifestFault` when the bytes are no JSON.
    static func document(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONReader.read(bytes)
        } catch {
            throw ManifestFault(
                path: error.path, problem: error.problem,
                hint: "The manifest is the file manifest.json, embedded by dib_element.h's macros.")
        }
    }

    /// The manifest that a document describes.
    ///
    /// - Throws: `ManifestFault`.
    static func manifest(in document: JSONValue) throws -> ElementManifest {
        try manifest(ManifestObject(document, path: .root))
    }

    private static func manifest(_ object: ManifestObject) throws -> ElementManifest {
        // For editors, which find the schema by it.
        _ = try object.string("$schema")
        let schema = try object.required(object.integer("schema"), "schema")
        guard schema == ElementManifest.schemaVersion else {
            throw object.fault(
                "schema", "is \(schema), and this dibhost reads \(ElementManifest.schemaVersion)",
                hint: schema > ElementManifest.schemaVersion
                    ? "Use a newer dibhost, or an older version of the plugin." : nil)
        }
        var manifest = ElementManifest(
            schema: Int(schema), name: try name(object, "name"),
            version: try object.required(object.string("version"), "version"),
            summary: try object.required(object.string("summary"), "summary"),
            vendor: try object.string("vendor"), license: try object.string("license"),
            abi: try abi(object), requires: try object.strings("requires"),
            provides: try object.strings("provides"),
            conflicts: try object.strings("conflicts"),
            architectures: try object.strings("architectures"),
            distributions: try object.strings("distributions"),
            parameters: try parameters(object), exports: try object.stringMap("exports"),
            privileges: try object.strings("privileges").enumerated().map {
                try choice($1, object, "privileges", item: $0, ElementManifest.Privilege.self)
            },
            tools: try object.stringMap("tools"))
        manifest.phases = try phases(object, manifest)
        manifest.packages = try packages(object, parameters: manifest.parameters)
        manifest.layouts = try layouts(object, of: manifest.name)
        try object.finish()
        try checkDefaults(manifest, object)
        try checkExports(manifest, object)
        return manifest
    }

    private static func name(_ object: ManifestObject, _ key: String) throws -> String {
        let name = try object.required(object.string(key), key)
        let isGood =
            name.utf8.first != UInt8(ascii: "-")
            && HookOrder.isHookName(name)
        guard isGood else {
            throw object.fault(
                key, "is '\(name)'", hint: "A name consists of letters, digits, '-' and '_'.")
        }
        return name
    }

    private static func abi(_ object: ManifestObject) throws -> UInt32 {
        let number = try object.required(object.integer("abi"), "abi")
        guard let abi = UInt32(exactly: number) else { throw object.fault("abi", "is \(number)") }
        return abi
    }

    // MARK: Parts

    private static func parameters(
        _ manifest: ManifestObject
    ) throws -> [ElementManifest.Parameter] {
        guard let object = try manifest.object("parameters") else { return [] }
        return try object.keys.map { name in
            guard HookOrder.isHookName(name) else {
                throw object.fault(
                    name, "is no name of a parameter",
                    hint: "A name consists of letters, digits, '-' and '_'.")
            }
            let entry = try object.required(object.object(name), name)
            let parameter = ElementManifest.Parameter(
                name: name,
                type: try choice(
                    try entry.required(entry.string("type"), "type"), entry, "type",
                    ElementManifest.Parameter.Kind.self),
                defaultValue: try entry.settingText("default"),
                doc: try entry.required(entry.string("doc"), "doc"),
                environment: try entry.string("environment"),
                choices: try entry.strings("choices"),
                isSecret: try entry.boolean("secret") ?? false,
                isBuildOnly: try entry.boolean("build-only") ?? false,
                isRequired: try entry.boolean("required") ?? false)
            try entry.finish()
            return try withCheckedDefault(parameter, entry)
        }
    }

    private static func withCheckedDefault(
        _ parameter: ElementManifest.Parameter, _ entry: ManifestObject
    ) throws -> ElementManifest.Parameter {
        var parameter = parameter
        if parameter.isSecret, parameter.defaultValue != nil {
            throw entry.fault("default", "stands where everybody can read it, and this is a secret")
        }
        if parameter.isRequired, parameter.defaultValue != nil {
            throw entry.fault("default", "is never used, as users must give a value")
        }
        if let text = parameter.defaultValue {
            do {
                parameter.defaultValue = try ParameterValue.normalized(text, for: parameter)
            } catch {
                throw entry.fault(
                    "default", "is '\(text)', which \(error.problem)", hint: error.hint)
            }
        }
        if let name = parameter.environment, !isIdentifier(name) {
            throw entry.fault("environment", "is '\(name)', which is no name of a variable")
        }
        return parameter
    }

    /// The hooks; `manifest` holds what their functions' arguments can be bound to.
    private static func phases(
        _ root: ManifestObject, _ manifest: ElementManifest
    ) throws -> [ElementManifest.Hook] {
        guard let object = try root.object("phases") else { return [] }
        return try object.keys.map { name in
            guard let phase = Phase(rawValue: name) else {
                throw object.fault(
                    name, "is no phase",
                    hint: NearestName.of(name, in: Phase.allCases.map(\.rawValue))
                        .map { "Did you mean '\($0)'?" })
            }
            let entry = try object.required(object.object(name), name)
            let order = try entry.required(entry.integer("order"), "order")
            let function = try function(entry, phase, manifest)
            guard (0...999).contains(order) else {
                throw entry.fault("order", "is \(order)", hint: "Give a number from 0 to 999.")
            }
            return .init(phase: phase, order: Int(order), function: function)
        }.sorted { $0.phase < $1.phase }
    }

    // MARK: Checks

    /// Exports end up in environments and logs, so they must not show a secret.
    private static func checkExports(
        _ manifest: ElementManifest, _ object: ManifestObject
    ) throws {
        guard let exports = try object.object("exports") else { return }
        for (name, value) in manifest.exports.sorted(by: { $0.key < $1.key }) {
            guard isIdentifier(name) else {
                throw exports.fault(name, "is no name of a variable")
            }
            for reference in ValueTemplate.references(in: value) {
                guard let parameter = manifest.parameters.first(where: { $0.name == reference })
                else {
                    throw exports.fault(
                        name, "refers to unknown parameter '\(reference)'",
                        hint: NearestName.of(reference, in: manifest.parameters.map(\.name))
                            .map { "Did you mean '\($0)'?" })
                }
                guard !parameter.isSecret else {
                    throw exports.fault(name, "shows secret parameter '\(reference)'")
                }
            }
        }
    }

    static func isIdentifier(_ name: String) -> Bool {
        HookOrder.isHookName(name) && !name.contains("-") && !("0"..."9").contains(name.prefix(1))
    }

    static func choice<Choice>(
        _ text: String, _ object: ManifestObject, _ key: String, item: Int? = nil,
        _ type: Choice.Type
    ) throws -> Choice where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        if let value = Choice(rawValue: text) { return value }
        let names = Choice.allCases.map(\.rawValue)
        throw object.fault(
            key, item: item, "is '\(text)'",
            hint: NearestName.of(text, in: names).map { "Did you mean '\($0)'?" }
                ?? "Known are: \(names.joined(separator: ", ")).")
    }
}
