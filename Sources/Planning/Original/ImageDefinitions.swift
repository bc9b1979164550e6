// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Reads diskimage-builder's YAML files: lists of maps, one for each image or a part of it.
///
/// A map without a name belongs to the image of the map before it, over the ends of files too, and the first one to
/// "image". Maps of one image are merged.
package struct ImageDefinitions {
    private var names: [String] = []
    private var definitions: [String: ImageDefinition] = [:]
    private var lastName = "image"

    /// The images in the order in which they were first named.
    package var images: [ImageDefinition] { names.compactMap { definitions[$0] } }

    /// - Throws: `BuildError` with status 2 that names file and line.
    package init() {}

    package mutating func read(_ source: YAMLSource) throws {
        guard let document = try source.document() else {
            throw BuildError(
                .refused, "\(source.kind) '\(source.name)' defines no image",
                hint: "Write a list: '- imagename: NAME', and its other keys below.")
        }
        guard let items = document.list else {
            throw source.refusal(
                document.line,
                "the file is \(document.valueType.rawValue), and not a list of images",
                hint: "Begin each image with '- imagename: NAME', and its other keys below.")
        }
        for item in items { try add(Self.definition(item, source)) }
    }

    private mutating func add(_ definition: ImageDefinition) {
        if case .text(let name) = definition["imagename"] { lastName = name }
        if definitions[lastName] == nil { names.append(lastName) }
        definitions[lastName, default: ImageDefinition([:])].merge(definition)
    }

    private static func definition(
        _ item: YAMLNode, _ source: YAMLSource
    ) throws -> ImageDefinition {
        guard let entries = item.map else {
            throw source.refusal(
                item.line, "an image is \(item.valueType.rawValue), and not a map of its properties"
            )
        }
        var values: [String: ImageDefinition.Value] = [:]
        for entry in entries {
            guard let property = ImageProperty.all.first(where: { $0.key == entry.key }) else {
                let known = ImageProperty.all.map(\.key)
                throw source.refusal(
                    entry.line, "unknown key '\(entry.key)'",
                    hint: NearestName.of(entry.key, in: known).map { "Did you mean '\($0)'?" }
                        ?? "Known are: \(known.joined(separator: ", ")).")
            }
            values[entry.key] = try ImagePropertyReader(property, source).value(entry.value)
        }
        return ImageDefinition(values)
    }
}
