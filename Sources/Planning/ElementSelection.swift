// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// The elements chosen so far, in the order in which they were reached.
struct ElementSelection {
    struct Root {
        var name: String
        var reason: String
    }

    /// What the user named, and what is added without being named.
    let roots: [Root]
    private var chosen: OrderedDictionary<String, ElementDescription> = [:]
    private(set) var reasons: [String: String] = [:]

    init(roots: [Root]) { self.roots = roots }

    mutating func add(_ element: ElementDescription, reason: String) {
        chosen[element.name] = element
        reasons[element.name] = reason
    }

    var elements: [ElementDescription] { Array(chosen.values) }

    func contains(_ name: String) -> Bool { chosen[name] != nil }

    subscript(name: String) -> ElementDescription? { chosen[name] }

    /// The element called `name`, or else the one that provides it.
    func provider(of name: String, otherThan exception: String? = nil) -> ElementDescription? {
        if name != exception, let element = chosen[name] { return element }
        return chosen.values.first { $0.name != exception && $0.provides.contains(name) }
    }
}
