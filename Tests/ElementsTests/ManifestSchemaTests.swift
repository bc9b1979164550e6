// SPDX-License-Identifier: Apache-2.0

import Elements
import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The published JSON schema and dibhost's own reader agree on what a manifest is.
@Suite struct ManifestSchemaTests {
    private static let schema = BuiltProducts.repository.appending("Plugins/manifest.schema.json")

    /// Prints the schema's verdict on each file, with the place of the best reason.
    private static let validator = """
        import json, sys
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import best_match
        schema = json.load(open(sys.argv[1]))
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        for path in sys.argv[2:]:
            error = best_match(validator.iter_errors(json.load(open(path))))
            print("good" if error is None else error.json_path + ": " + error.message)
        """

    private static func verdicts(on files: [FilePath]) throws -> [String] {
        // Debian's Python, which has the module, also where another one comes first in PATH.
        try Command(
            "/usr/bin/python3", ["-c", validator, schema.string] + files.map(\.string)
        ).checkedOutput().split(separator: "\n").map(String.init)
    }

    /// Why the reader refuses a manifest; nil when it takes it.
    private static func fault(of text: String) throws -> String? {
        do {
            _ = try ManifestReader.read(Array(text.utf8))
            return nil
        } catch let fault as PluginFault {
            return fault.reason
        }
    }

    @Test func theSchemaAndTheReaderAgree() throws {
        try TemporaryFolder.with("schema") { folder in
            let cases = ManifestCase.all
            let files = try cases.enumerated().map { index, item in
                let file = folder.appending("\(index).json")
                try TextFile.write(item.text, to: file)
                return file
            }
            let verdicts = try Self.verdicts(on: files)
            try #require(verdicts.count == cases.count)
            for (item, verdict) in zip(cases, verdicts) {
                let fault = try Self.fault(of: item.text)
                #expect((fault == nil) == (item.verdict == .good), "\(item.text): \(fault ?? "")")
                #expect(
                    (verdict == "good") == (item.verdict != .broken), "\(item.text): \(verdict)")
            }
        }
    }

    @Test func everyManifestOfTheRepositoryFits() throws {
        let folders = ["Plugins", "Tests/FixturePlugins", "Tests/VendorPlugins"].map {
            BuiltProducts.repository.appending($0)
        }
        let files = try folders.flatMap { folder in
            try FolderListing.entries(of: folder).map {
                folder.appending($0.name).appending("manifest.json")
            }
        }.filter { FileManager.default.fileExists(atPath: $0.string) }
        #expect(files.count >= 10)
        #expect(try Self.verdicts(on: files) == files.map { _ in "good" })
        for file in files { #expect(try Self.fault(of: TextFile.read(file)) == nil) }
    }

    // MARK: Keys

    /// The part of the schema that these tests look at.
    private struct Schema: Decodable {
        struct Object: Decodable {
            var properties: [String: Described]
        }
        struct Described: Decodable {
            var description: String?
            var items: Choices?
            var choices: [String]?

            enum CodingKeys: String, CodingKey {
                case description, items
                case choices = "enum"
            }
        }
        struct Choices: Decodable {
            var choices: [String]?
            enum CodingKeys: String, CodingKey { case choices = "enum" }
        }
        struct Definitions: Decodable {
            var parameter: Object
            var hook: Object
            var package: Object
            var phase: Choices
        }
        var properties: [String: Described]
        var definitions: Definitions
        enum CodingKeys: String, CodingKey {
            case properties
            case definitions = "$defs"
        }
    }

    private static func readSchema() throws -> Schema {
        try JSONDecoder().decode(Schema.self, from: Data(try TextFile.read(schema).utf8))
    }

    /// The keys that the reader knows: it lists them when it meets one that resembles none.
    private static func knownKeys(_ member: String) throws -> Set<String> {
        let fault = #expect(throws: PluginFault.self) {
            try ManifestReader.read(Array(TestPlugin.manifest("x", member).utf8))
        }
        let hint = try #require(fault?.hint)
        let list = try #require(hint.wholeMatch(of: /Known are: (.*)\./)).1
        return Set(list.split(separator: ", ").map(String.init))
    }

    @Test func theSchemaHasTheKeysThatTheReaderKnows() throws {
        let schema = try Self.readSchema()
        let odd = #""0123456789012345": 0"#
        let objects = [
            (odd, schema.properties),
            (
                #""parameters": {"a": {"type": "string", "doc": "d", \#(odd)}}"#,
                schema.definitions.parameter.properties
            ),
            (#""phases": {"root": {"order": 1, \#(odd)}}"#, schema.definitions.hook.properties),
            (
                #""packages": {"debian": [{"name": "a", \#(odd)}]}"#,
                schema.definitions.package.properties
            ),
        ]
        for (member, properties) in objects {
            #expect(try Self.knownKeys(member) == Set(properties.keys))
            for (key, value) in properties {
                #expect(value.description?.isEmpty == false, "'\(key)' has no description")
            }
        }
    }

    @Test func theSchemaHasTheWordsThatTheReaderKnows() throws {
        let schema = try Self.readSchema()
        #expect(schema.definitions.phase.choices == Phase.allCases.map(\.rawValue))
        #expect(
            schema.definitions.parameter.properties["type"]?.choices
                == ElementManifest.Parameter.Kind.allCases.map(\.rawValue))
        #expect(
            schema.properties["privileges"]?.items?.choices
                == ElementManifest.Privilege.allCases.map(\.rawValue))
    }
}
