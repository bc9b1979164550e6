// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Who needs whom among the chosen elements.
struct ElementGraph {
    private enum Mark { case entered, finished }

    private let selection: ElementSelection
    private var marks: [String: Mark] = [:]
    private var order: [ElementDescription] = []

    init(_ selection: ElementSelection) { self.selection = selection }

    /// Dependencies before those that need them, else in the order in which the elements were named.
    ///
    /// - Throws: `BuildError` that shows the way round a cycle. Cycles of shell elements are refused as well:
    ///   the original accepts them, and then has no order of elements that it could keep from run to run.
    func ordered() throws -> [ElementDescription] {
        var walk = self
        for element in selection.roots.compactMap({ selection.provider(of: $0.name) })
            + selection.elements
        {
            try walk.visit(element, path: [])
        }
        return walk.order
    }

    private mutating func visit(_ element: ElementDescription, path: [String]) throws {
        let path = path + [element.name]
        switch marks[element.name] {
        case .finished: return
        case .entered: throw Self.cycle(path)
        case nil: break
        }
        marks[element.name] = .entered
        for need in element.requires where !element.provides.contains(need) {
            guard let other = selection.provider(of: need) else { continue }
            try visit(other, path: path)
        }
        marks[element.name] = .finished
        order.append(element)
    }

    private static func cycle(_ path: [String]) -> BuildError {
        let start = path.firstIndex { $0 == path.last } ?? 0
        let ring = path[start...].map { "'\($0)'" }.joined(separator: " -> ")
        return BuildError(
            .refused, "elements need each other: \(ring)",
            hint: "Remove one of these dependencies.")
    }
}
