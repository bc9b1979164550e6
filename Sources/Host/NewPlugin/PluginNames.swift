// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// The name of a new element and the one that its Swift code has.
struct PluginNames {
    /// The element's name, such as "my-nic".
    let element: String
    /// The Swift type and module, such as "MyNicElement".
    ///
    /// The ending keeps it apart from every type and module that the code needs, whatever the
    /// element is called, and from digits at its start.
    let type: String

    /// - Throws: `BuildError` for a name that no element can have.
    init(_ name: String) throws {
        guard HookOrder.isHookName(name), !name.hasPrefix("-") else {
            throw BuildError(
                .refused, "'\(name)' is no name for an element",
                hint:
                    "A name consists of letters, digits, '-' and '_', and does not begin with '-'.")
        }
        element = name
        let words = name.split { $0 == "-" || $0 == "_" }
        let joined = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        let isIdentifier = joined.first.map { !$0.isNumber } ?? false
        type = (isIdentifier ? joined : "Native" + joined) + "Element"
    }
}
