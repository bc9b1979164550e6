// SPDX-License-Identifier: Apache-2.0

/// What the hooks of a build have published so far.
///
/// A name with dots is seen by all elements; one without belongs to the element that published it.
package struct PublishedValues: Equatable, Sendable {
    private var shared: [String: String] = [:]
    private var own: [String: [String: String]] = [:]

    package init() {}

    /// Takes what a successful hook of `element` published.
    package mutating func add(_ values: [String: String], from element: String) {
        for (name, value) in values {
            if name.contains(".") {
                shared[name] = value
            } else {
                own[element, default: [:]][name] = value
            }
        }
    }

    /// What a hook of `element` sees.
    package func visible(to element: String) -> [String: String] {
        shared.merging(own[element] ?? [:]) { _, own in own }
    }
}
