// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// Whether the plain C functions that a manifest names are there.
extension ELFFile {
    /// Why `symbol` cannot be called in `phase`; nil when it can.
    func fault(of symbol: String, calledIn phase: Phase) throws -> PluginFault? {
        let exported = try dynamicSymbols().filter { !$0.isUndefined && $0.isVisible }
        let purpose = "which the manifest names for phase \(phase.rawValue)"
        guard let found = exported.first(where: { $0.name == symbol }) else {
            return PluginFault(
                "does not export the function '\(symbol)', \(purpose)",
                hint: Self.hint(
                    for: symbol, among: exported.filter { !$0.isData }.map(\.name).sorted()))
        }
        guard found.isData else { return nil }
        return PluginFault(
            "exports '\(symbol)', \(purpose), as data that cannot be called",
            hint: "Name a function as '$.phases.\(phase.rawValue).symbol'.")
    }

    private static func hint(for symbol: String, among functions: [String]) -> String {
        // C++ names a function by its length, its name and letters for its arguments.
        let mangled = functions.first {
            $0.hasPrefix("_Z") && $0.contains("\(symbol.utf8.count)\(symbol)")
        }
        if let mangled {
            return "It exports the C++ function '\(mangled)': declare it extern \"C\"."
        }
        if let nearest = NearestName.of(symbol, in: functions) {
            return "Did you mean '\(nearest)'?"
        }
        let plain = functions.filter { !$0.hasPrefix("_") }.prefix(10)
        return plain.isEmpty
            ? "Define it without 'static' and with default visibility."
            : "It exports: \(plain.joined(separator: ", "))."
    }
}
