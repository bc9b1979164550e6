// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// One JSON object of a manifest, with its path, such as "parameters.release".
///
/// Each getter takes a key off the list of those that nobody asked for; `finish` refuses what is left.
final class ManifestObject {
    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    typealias Container = KeyedDecodingContainer<Key>

    let path: String
    private let container: Container
    private var asked: Set<String> = []

    init(_ container: Container, path: String) {
        self.container = container
        self.path = path
    }

    /// All keys, in byte order: JSON objects have none of their own.
    var keys: [String] {
        container.allKeys.map(\.stringValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The path of `key` in this object, for messages.
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func fault(_ key: String, _ problem: String, hint: String? = nil) -> PluginFault {
        PluginFault("has a broken manifest: '\(path(of: key))' \(problem)", hint: hint)
    }

    // MARK: Values

    func required<Value>(_ value: Value?, _ key: String) throws -> Value {
        guard let value else { throw fault(key, "is missing") }
        return value
    }

    func string(_ key: String) throws -> String? {
        try value(String.self, key, "is no string")
    }

    func integer(_ key: String) throws -> Int? {
        try value(Int.self, key, "is no integer")
    }

    func boolean(_ key: String) throws -> Bool? {
        try value(Bool.self, key, "is neither true nor false")
    }

    /// A list of strings; absent means empty.
    func strings(_ key: String) throws -> [String] {
        try value([String].self, key, "is no list of strings") ?? []
    }

    /// A map of strings; absent means empty.
    func stringMap(_ key: String) throws -> [String: String] {
        try value([String: String].self, key, "is no map of strings") ?? [:]
    }

    /// A string, number, truth value or list of strings, as the text that settings have.
    func settingText(_ key: String) throws -> String? {
        guard has(key) else { return nil }
        let name = Key(stringValue: key)
        if let text = try? container.decode(String.self, forKey: name) { return text }
        if let truth = try? container.decode(Bool.self, forKey: name) { return String(truth) }
        if let number = try? container.decode(Int64.self, forKey: name) { return String(number) }
        if let items = try? container.decode([String].self, forKey: name) {
            return items.joined(separator: ",")
        }
        throw fault(key, "is no string, integer, boolean or list of strings")
    }

    /// A list of strings, numbers and truth values, as the texts that settings have.
    func settingTexts(_ key: String) throws -> [String] {
        var list = try list(key)
        var texts: [String] = []
        while !list.isAtEnd {
            if let text = try? list.decode(String.self) {
                texts.append(text)
            } else if let truth = try? list.decode(Bool.self) {
                texts.append(String(truth))
            } else if let number = try? list.decode(Int64.self) {
                texts.append(String(number))
            } else {
                throw fault(
                    "\(key)[\(list.currentIndex)]", "is no string, integer or boolean")
            }
        }
        return texts
    }

    /// The object under `key`.
    func object(_ key: String) throws -> ManifestObject? {
        guard has(key) else { return nil }
        do {
            let nested = try container.nestedContainer(
                keyedBy: Key.self, forKey: Key(stringValue: key))
            return ManifestObject(nested, path: path(of: key))
        } catch {
            throw fault(key, "is no object")
        }
    }

    /// The list under `key`, for elements of more than one type.
    func list(_ key: String) throws -> any UnkeyedDecodingContainer {
        asked.insert(key)
        do {
            return try container.nestedUnkeyedContainer(forKey: Key(stringValue: key))
        } catch {
            throw fault(key, "is no list")
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

    /// Whether there is a value under `key`.
    func has(_ key: String) -> Bool {
        asked.insert(key)
        return container.contains(Key(stringValue: key))
    }

    private func value<Value: Decodable>(
        _ type: Value.Type, _ key: String, _ problem: String
    ) throws -> Value? {
        guard has(key) else { return nil }
        do {
            return try container.decode(type, forKey: Key(stringValue: key))
        } catch {
            throw fault(key, problem)
        }
    }
}
