// SPDX-License-Identifier: Apache-2.0

/// The elements chosen so far, in the order in which they were reached.
struct ElementSelection {
    struct Root {
        var name: String
        var reason: String
    }

    /// What the user named, and what is added without being named.
    let roots: [Root]
    private(set) var elements: [ElementDescription] = []
    private(set) var reasons: [String: String] = [:]

    init(roots: [Root]) { self.roots = roots }

    mutating func add(_ element: ElementDescription, reason: String) {
        elements.append(element)
        reasons[element.name] = reason
    }

    func contains(_ name: String) -> Bool { reasons[name] != nil }

    subscript(name: String) -> ElementDescription? { elements.first { $0.name == name } }

    /// The element called `name`, or else the one that provides it.
    func provider(of name: String, otherThan exception: String? = nil) -> ElementDescription? {
        let others = elements.lazy.filter { $0.name != exception }
        return others.first { $0.name == name } ?? others.first { $0.provides.contains(name) }
    }
}
