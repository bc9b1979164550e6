// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What exists on the plugin and element paths, by name: the element that a name means, or why it means none.
package struct ElementIndex: Sendable {
    /// The element that each name means.
    package let usable: [String: ElementDescription]
    /// All usable elements in byte order of their names.
    package let elements: [ElementDescription]
    /// The names of the elements that provide a thing, in byte order.
    private let providers: [String: [String]]
    /// Elements that another one of their name hides.
    package var shadowed: [ElementDescription]
    /// Files and folders that hold no usable element.
    package var rejected: [RejectedElement]
    /// Names that mean a rejected file, because it comes before any usable element of that name.
    package var blocked: [String: RejectedElement]

    package init(
        elements: [ElementDescription], shadowed: [ElementDescription] = [],
        rejected: [RejectedElement] = [], blocked: [String: RejectedElement] = [:]
    ) {
        let usable = Dictionary(elements.map { ($0.name, $0) }) { first, _ in first }
        let sorted = usable.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .compactMap { usable[$0] }
        var providers: [String: [String]] = [:]
        for element in sorted {
            for thing in Set(element.provides) {
                providers[thing, default: []].append(element.name)
            }
        }
        self.usable = usable
        self.elements = sorted
        self.providers = providers
        self.shadowed = shadowed
        self.rejected = rejected
        self.blocked = blocked
    }

    /// The element called `name`, or nil when there is none.
    ///
    /// - Throws: `BuildError` when the name means a file that cannot be used.
    package func element(named name: String) throws -> ElementDescription? {
        let fault = blocked[name]
        let file = rejected.first {
            usable[name] == nil && $0.name == nil && $0.hasFileName(of: name)
        }
        if let fault = fault ?? file {
            throw BuildError(
                .refused, "element '\(name)' cannot be used: '\(fault.path)' \(fault.reason)",
                hint: fault.hint)
        }
        return usable[name]
    }

    /// The names of the elements that provide `thing`, sorted.
    package func providers(of thing: String) -> [String] {
        providers[thing] ?? []
    }

    /// The error for a name that nothing has.
    package func unknown(_ name: String, neededBy element: String? = nil) -> BuildError {
        var message = "unknown element '\(name)'"
        if let element { message += ", needed by '\(element)'" }
        let known = usable.keys.sorted() + elements.flatMap(\.provides)
        let hint =
            NearestName.of(name, in: known).map { "Did you mean '\($0)'?" }
            ?? (usable.isEmpty
                ? "No element was found: name a folder with --plugin-dir or --elements-path."
                : "'dibhost elements list' shows the elements of the plugin and element paths.")
        return BuildError(.refused, message, hint: hint)
    }
}
