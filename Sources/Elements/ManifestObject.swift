// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// One JSON object of a manifest, with its place in it.
///
/// Each getter takes a key off the list of those that nobody asked for; `finish` refuses what is left.
final class ManifestObject {
    let path: JSONPath
    private let members: [String: JSONValue]
    private var asked: Set<String> = []

    /// - Throws: `ManifestFault` when `value` is no object.
    init(_ value: JSONValue, path: JSONPath) throws {
        guard let members = value.members else {
            throw Self.fault(path, "is no object", nil)
        }
        self.members = members
        self.path = path
    }

    /// All keys, in byte order: JSON objects have none of their own.
    var keys: [String] { members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// A fault in the value under `key`, or in an item of the list there.
    func fault(
        _ key: String, item: Int? = nil, _ problem: String, hint: String? = nil
    ) -> ManifestFault {
        let member = path.member(key)
        return Self.fault(item.map(member.item) ?? member, problem, hint)
    }

    private static func fault(
        _ path: JSONPath, _ problem: String, _ hint: String?
    ) -> ManifestFault {
        // Values in it are as long as a file that anybody may have written makes them.
        let shown = problem.count > 500 ? problem.prefix(500) + "…" : problem
        return ManifestFault(path: path, problem: shown, hint: hint)
    }

    // MARK: Values

    /// Whether there is a value under `key`.
    func has(_ key: String) -> Bool {
        asked.insert(key)
        return members[key] != nil
    }

    func required<Value>(_ value: Value?, _ key: String) throws -> Value {
        guard let value else { throw fault(key, "is missing") }
        return value
    }

    func string(_ key: String) throws -> String? {
        try value(key, "is no string") { $0.text }
    }

    func integer(_ key: String) throws -> Int64? {
        try value(key, "is no integer") { $0.integer }
    }

    func boolean(_ key: String) throws -> Bool? {
        try value(key, "is neither true nor false") { $0.truth }
    }

    /// The list under `key`; absent means empty.
    func list(_ key: String) throws -> [JSONValue] {
        try value(key, "is no list") { $0.items } ?? []
    }

    /// The value under `key`, whatever it is.
    func anything(_ key: String) -> JSONValue? {
        has(key) ? members[key] : nil
    }

    /// A list of strings; absent means empty.
    func strings(_ key: String) throws -> [String] {
        try list(key).enumerated().map { index, item in
            guard let text = item.text else { throw fault(key, item: index, "is no string") }
            return text
        }
    }

    /// The object under `key`.
    func object(_ key: String) throws -> ManifestObject? {
        asked.insert(key)
        return try members[key].map { try ManifestObject($0, path: path.member(key)) }
    }

    /// An item of the list under `key` as an object.
    func object(_ key: String, item: Int, _ value: JSONValue) throws -> ManifestObject {
        try ManifestObject(value, path: path.member(key).item(item))
    }

    /// A map of strings; absent means empty.
    func stringMap(_ key: String) throws -> [String: String] {
        guard let object = try object(key) else { return [:] }
        var map: [String: String] = [:]
        for name in object.keys { map[name] = try object.string(name) }
        return map
    }

    /// A string, integer, truth value or list of strings, as the text that settings have.
    func settingText(_ key: String) throws -> String? {
        try value(key, "is no string, integer, boolean or list of strings") { value in
            if let text = value.settingText { return text }
            guard let items = value.items else { return nil }
            let texts = items.compactMap(\.text)
            return texts.count == items.count ? texts.joined(separator: ",") : nil
        }
    }

    /// A list of strings, integers and truth values, as the texts that settings have.
    func settingTexts(_ key: String) throws -> [String] {
        try list(key).enumerated().map { index, item in
            guard let text = item.settingText else {
                throw fault(key, item: index, "is no string, integer or boolean")
            }
            return text
        }
    }

    /// Refuses every key that nobody asked for.
    func finish() throws {
        guard let key = keys.first(where: { !asked.contains($0) }) else { return }
        let known = asked.sorted()
        throw fault(
            key, "is no known key",
            hint: NearestName.of(key, in: known).map { "Did you mean '\($0)'?" }
                ?? "Known are: \(known.joined(separator: ", ")).")
    }

    private func value<Value>(
        _ key: String, _ problem: String, _ convert: (JSONValue) -> Value?
    ) throws -> Value? {
        guard has(key), let value = members[key] else { return nil }
        guard let converted = convert(value) else { throw fault(key, problem) }
        return converted
    }
}

extension JSONValue {
    /// The text that a setting with this value has; nil for lists, objects, fractions and null.
    fileprivate var settingText: String? {
        text ?? truth.map(String.init) ?? integer.map(String.init)
    }
}
