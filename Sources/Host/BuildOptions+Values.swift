// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// Reads the values of options; each refusal names the option, the value and what is allowed.
extension BuildOptions {
    private static let architectures = [
        "amd64", "arm64", "armel", "armhf", "i386", "mips64el", "ppc64el", "riscv64", "s390x",
    ]
    /// The kernel's names where Debian's differ.
    private static let machineNames = [
        "x86_64": "amd64", "aarch64": "arm64", "ppc64le": "ppc64el", "i686": "i386",
        "armv7l": "armhf",
    ]

    /// Debian's name of `text`, or of the machine that dibhost was built for.
    static func architectureName(_ text: String?) throws -> String {
        guard let text, !text.isEmpty else {
            #if arch(arm64)
                return "arm64"
            #else
                return "amd64"
            #endif
        }
        let name = machineNames[text] ?? text
        guard architectures.contains(name) else {
            throw BuildError(
                .refused, "unknown architecture '\(text)'",
                hint: hint(for: text, among: architectures))
        }
        return name
    }

    /// The values that an option lists, each once, in the order given.
    static func choices<Choice>(
        _ texts: [String], of what: String, option: String, among known: [Choice]
    ) throws -> [Choice] where Choice: RawRepresentable & Equatable, Choice.RawValue == String {
        var values: [Choice] = []
        for text in texts.flatMap({ $0.split(separator: ",").map(String.init) }) {
            let value = try choice(text, of: what, among: known)
            if !values.contains(value) { values.append(value) }
        }
        guard !values.isEmpty else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw BuildError(
                .refused, "\(option) names no \(what)", hint: "Known are: \(names).")
        }
        return values
    }

    /// One of the known values.
    static func choice<Choice>(
        _ text: String, of what: String, among known: [Choice]
    ) throws -> Choice where Choice: RawRepresentable, Choice.RawValue == String {
        if let value = known.first(where: { $0.rawValue == text }) { return value }
        throw BuildError(
            .refused, "unknown \(what) '\(text)'",
            hint: hint(for: text, among: known.map(\.rawValue)))
    }

    /// The parts of ELEMENT.PARAMETER=VALUE.
    static func setting(_ text: String) throws -> BuildRequest.Setting {
        if let equals = text.firstIndex(of: "="),
            let dot = text[..<equals].firstIndex(of: "."), dot != text.startIndex,
            text.index(after: dot) != equals
        {
            return .init(
                element: String(text[..<dot]),
                parameter: String(text[text.index(after: dot)..<equals]),
                value: String(text[text.index(after: equals)...]))
        }
        let shown = text.firstIndex(of: "=").map { String(text[..<$0]) } ?? text
        throw BuildError(
            .refused, "--set '\(shown)' does not name an element's parameter",
            hint: "Write --set ELEMENT.PARAMETER=VALUE, such as debian.release=bookworm.")
    }

    private static func hint(for text: String, among names: [String]) -> String {
        let known = "Known are: \(names.joined(separator: ", "))."
        return NearestName.of(text, in: names).map { "Did you mean '\($0)'? \(known)" } ?? known
    }
}
