// SPDX-License-Identifier: Apache-2.0

internal import Planning

/// All faults of a manifest, where `ManifestReader` stops at the first.
///
/// Each fault is mended in a copy of the document, by taking away what is wrong or putting in something harmless that is
/// missing, and the copy is read again.
enum ManifestFaults {
    /// What stands in for a member that is missing.
    private static let substitutes: [String: JSONValue] = [
        "schema": .number(String(ElementManifest.schemaVersion)), "name": .string("unnamed"),
        "version": .string("0"), "summary": .string("none"), "abi": .number("1"),
        "type": .string("string"), "doc": .string("none"), "order": .number("0"),
    ]
    private static let harmlessItem = JSONValue.string("none")
    /// No manifest has so many faults of its own; consequences of mending end here at the latest.
    private static let most = 100

    /// The faults in the order in which they were found, each place once.
    static func all(in bytes: [UInt8]) -> [ManifestFault] {
        var faults: [ManifestFault] = []
        do {
            var document = try ManifestReader.document(bytes)
            for _ in 0..<most {
                guard let fault = try fault(of: document) else { break }
                if isNew(fault, faults) { faults.append(fault) }
                guard let mended = mended(document, fault.path.steps[...]), mended != document
                else { break }
                document = mended
            }
        } catch let fault as ManifestFault {
            faults.append(fault)
        } catch {
            faults.append(ManifestFault(path: .root, problem: "cannot be read: \(error)"))
        }
        return faults
    }

    private static func fault(of document: JSONValue) throws -> ManifestFault? {
        do {
            _ = try ManifestReader.manifest(in: document)
            return nil
        } catch let fault as ManifestFault {
            return fault
        }
    }

    /// Whether a fault is one of the author's: a parameter that was mended is no longer what exports and arguments of
    /// functions ask for.
    private static func isNew(_ fault: ManifestFault, _ faults: [ManifestFault]) -> Bool {
        guard !faults.contains(where: { $0.path == fault.path }) else { return false }
        let parametersWereMended = faults.contains { $0.path.steps.first == .member("parameters") }
        let usesParameters =
            fault.path.steps.first == .member("exports")
            || fault.path.steps.contains(.member("arguments"))
            || fault.path.steps.contains(.member("when"))
        return !(parametersWereMended && usesParameters)
    }

    /// The value without what lies at the end of the path.
    ///
    /// Where nothing does, with a substitute for it, or without what lacks it; nil takes away the value itself.
    private static func mended(_ value: JSONValue, _ path: ArraySlice<JSONPath.Step>) -> JSONValue?
    {
        switch (path.first, value) {
        case (.member(let name), .object(var members)):
            guard let inner = members[name] else {
                guard let substitute = substitutes[name], path.count == 1 else { return nil }
                members[name] = substitute
                return .object(members)
            }
            members[name] = mended(inner, path.dropFirst())
            return .object(members)
        case (.item(let index), .list(var items)):
            guard items.indices.contains(index) else { return nil }
            if let inner = mended(items[index], path.dropFirst()) {
                items[index] = inner
            } else if items[index] != harmlessItem {
                // In its place, so that what follows keeps its index.
                items[index] = harmlessItem
            } else {
                items.remove(at: index)
            }
            return .list(items)
        default: return nil
        }
    }
}
