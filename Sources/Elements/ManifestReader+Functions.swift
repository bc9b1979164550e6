// SPDX-License-Identifier: Apache-2.0

internal import Planning

/// Hooks that are plain C functions: symbol, signature and arguments of a phase.
extension ManifestReader {
    /// The function of the phase that `entry` describes; nil when it names none.
    ///
    /// Nothing else of the entry is read after it.
    static func function(
        _ entry: ManifestObject, _ phase: Phase, _ manifest: ElementManifest
    ) throws -> BoundFunction? {
        let symbol = try entry.string("symbol")
        let text = try entry.string("signature")
        let entries = try arguments(entry)
        // Before the binding, which a misspelt key would make fail for another reason.
        try entry.finish()
        guard symbol != nil || text != nil || entries != nil else { return nil }
        let name = try entry.required(symbol, "symbol")
        guard isIdentifier(name) else {
            throw entry.fault(
                "symbol", "is '\(name)'",
                hint: "The name of a C function consists of letters, digits and '_'.")
        }
        let signature = try signature(try entry.required(text, "signature"), entry)
        let binder = FunctionBinder(
            phase: phase, parameters: manifest.parameters, privileges: manifest.privileges)
        do {
            return try binder.bind(name, signature, entries ?? [])
        } catch {
            throw entry.fault("arguments", item: error.index, error.problem, hint: error.hint)
        }
    }

    private static func signature(
        _ text: String, _ entry: ManifestObject
    ) throws -> FunctionSignature {
        do {
            return try FunctionSignature(text)
        } catch {
            throw entry.fault(
                "signature",
                "is '\(text.prefix(100))', and at character \(error.position) \(error.problem)",
                hint: error.hint)
        }
    }

    private static func arguments(_ entry: ManifestObject) throws -> [FunctionBinder.Entry]? {
        let key = "arguments"
        guard entry.has(key) else { return nil }
        return try entry.list(key).enumerated().map { index, item in
            guard let argument = argument(item) else {
                throw entry.fault(key, item: index, "is no string, number, true or false")
            }
            return argument
        }
    }

    private static func argument(_ item: JSONValue) -> FunctionBinder.Entry? {
        switch item {
        case .string(let text): .string(text)
        case .truth(let truth): .literal(String(truth))
        case .number(let text):
            if let number = item.integer {
                .literal(String(number))
            } else if let number = UInt64(text) {
                .literal(String(number))
            } else {
                // Neither too large for a double nor lost in it is the binder's question.
                .literal(Double(text).map { "\($0)" } ?? text)
            }
        case .null, .list, .object: nil
        }
    }

    /// A default that no function can take would refuse every build that leaves the parameter alone.
    static func checkDefaults(_ manifest: ElementManifest, _ object: ManifestObject) throws {
        for parameter in manifest.parameters {
            guard let text = parameter.defaultValue,
                let fault = manifest.fault(of: text, for: parameter.name)
            else { continue }
            let entry = try object.object("parameters")?.object(parameter.name)
            throw (entry ?? object).fault(
                "default", "is '\(text)', which \(fault.problem)", hint: fault.hint)
        }
    }
}
