// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// Disk layouts: the structure of the original's block-device YAML, written as JSON.
extension ManifestReader {
    static func layouts(
        _ manifest: ManifestObject, of element: String
    ) throws -> [String: YAMLSource] {
        guard let object = try manifest.object("layouts") else { return [:] }
        var layouts: [String: YAMLSource] = [:]
        for name in object.keys {
            guard isArchitecture(name) else {
                throw object.fault(
                    name, "is no architecture",
                    hint: "Use 'default', or one of Debian's names such as arm64.")
            }
            _ = try object.list(name)
            guard let value = object.anything(name) else { continue }
            let lines = JSONLines(value, at: object.path.member(name))
            let source = YAMLSource(
                kind: "disk layout", name: element, text: lines.text,
                places: lines.places.map(\.description))
            do {
                try DiskLayout.check(source, architecture: name == "default" ? "amd64" : name)
            } catch let error as BuildError {
                throw object.fault(
                    name, "cannot be used: \(error.message)", hint: error.hint)
            }
            layouts[name] = source
        }
        return layouts
    }

    private static func isArchitecture(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
