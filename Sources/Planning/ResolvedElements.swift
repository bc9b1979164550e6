// SPDX-License-Identifier: Apache-2.0

/// The elements of a build: dependencies before those that need them, each with the reason why it is in.
package struct ResolvedElements: Equatable, Sendable {
    package var elements: [BuildPlan.PlannedElement]

    package init(elements: [BuildPlan.PlannedElement]) { self.elements = elements }

    /// The element that provides `thing`.
    package func provider(of thing: String) -> ElementDescription? {
        elements.first { $0.description.provides.contains(thing) }?.description
    }

    /// The element called `name`.
    package subscript(name: String) -> ElementDescription? {
        elements.first { $0.description.name == name }?.description
    }
}
