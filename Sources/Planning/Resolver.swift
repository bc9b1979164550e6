// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Finds the elements that a request means: those it names, `base`, and what these need.
///
/// A need is met by the element of that name, or by whichever chosen element provides it, however late that one is
/// chosen. So the set is built in rounds: first everything that has a name, then what only a provider can meet; an
/// element that came in by name although another chosen one stands for it starts a new round without it. The result
/// depends on names alone, never on the order of files in a folder.
package struct Resolver {
    private let request: BuildRequest
    private let index: ElementIndex

    package init(request: BuildRequest, index: ElementIndex) {
        self.request = request
        self.index = index
    }

    /// Chooses, checks and orders the elements.
    ///
    /// - Throws: `BuildError` with status 2.
    package func resolve() throws -> ResolvedElements {
        guard !request.elements.isEmpty else {
            throw BuildError(
                .refused, "no element is named",
                hint: "Name an operating-system element and more, such as 'debian vm'.")
        }
        try checkNames()
        let selection = try choose()
        try check(selection)
        let ordered = try ElementGraph(selection).ordered()
        return ResolvedElements(
            elements: ordered.map { element in
                .init(
                    description: element, reason: selection.reasons[element.name] ?? "requested")
            })
    }

    /// What the user typed comes first: a word about an element that was added by default would only puzzle.
    private func checkNames() throws {
        for name in request.elements where index.providers(of: name).isEmpty {
            guard try index.element(named: name) != nil else { throw index.unknown(name) }
        }
        guard !request.skipBase, try index.element(named: "base") == nil,
            index.providers(of: "base").isEmpty
        else { return }
        throw BuildError(
            .refused, "the element 'base', which every image gets, is on none of the paths",
            hint: "Name its folder with --plugin-dir or --elements-path, or leave it out with -n.")
    }

    // MARK: Choosing

    private func choose() throws -> ElementSelection {
        var suppressed: Set<String> = []
        while true {
            let selection = try round(without: suppressed)
            let replaced = selection.elements.filter { element in
                selection.reasons[element.name]?.hasPrefix("needed by ") == true
                    && selection.provider(of: element.name, otherThan: element.name) != nil
            }
            if replaced.isEmpty { return selection }
            suppressed.formUnion(replaced.map(\.name))
        }
    }

    /// One round: everything that is reached by name, then, one at a time, providers of what is left.
    private func round(without suppressed: Set<String>) throws -> ElementSelection {
        var selection = ElementSelection(roots: try roots())
        var queue = selection.roots.map { Need(name: $0.name, reason: $0.reason, by: nil) }
        var open: [Need] = []
        while true {
            try follow(&queue, &open, into: &selection, without: suppressed)
            guard let need = open.first(where: { selection.provider(of: $0.name) == nil }) else {
                return selection
            }
            queue = [try providerOf(need)]
        }
    }

    private func follow(
        _ queue: inout [Need], _ open: inout [Need], into selection: inout ElementSelection,
        without suppressed: Set<String>
    ) throws {
        var next = 0
        while next < queue.count {
            let need = queue[next]
            next += 1
            if selection.contains(need.name) { continue }
            guard !suppressed.contains(need.name), let element = try index.element(named: need.name)
            else {
                open.append(need)
                continue
            }
            selection.add(element, reason: need.reason)
            queue += element.requires.map {
                Need(name: $0, reason: "needed by \(element.name)", by: element.name)
            }
        }
        queue = []
    }

    private func providerOf(_ need: Need) throws -> Need {
        let names = index.providers(of: need.name)
        if need.name == "block-device", names.contains(defaultLayout) {
            return Need(name: defaultLayout, reason: "added by default", by: need.by)
        }
        let needing = need.by.map { "element '\($0)' needs '\(need.name)'" }
        switch names.count {
        case 1 where need.name != "operating-system":
            return Need(name: names[0], reason: "provides \(need.name)", by: need.by)
        case 0: throw index.unknown(need.name, neededBy: need.by)
        default:
            throw BuildError(
                .refused, (needing ?? "'\(need.name)' is no element") + ", which nothing provides",
                hint: "Add one of: \(names.joined(separator: ", ")).")
        }
    }

    /// What the user named, and what a build has unless told otherwise.
    private func roots() throws -> [ElementSelection.Root] {
        var roots: [ElementSelection.Root] = []
        func add(_ name: String, _ reason: String) {
            if !roots.contains(where: { $0.name == name }) {
                roots.append(.init(name: name, reason: reason))
            }
        }
        if let ramdisk = request.ramdisk { add(ramdisk.element, "makes the ramdisk") }
        if !request.skipBase, !request.elements.contains("base") { add("base", "added by default") }
        request.elements.forEach { add($0, "requested") }
        // The original adds a layout for an element of that name, whatever it needs.
        if request.elements.contains("vm"), let vm = try index.element(named: "vm"),
            vm.kind == .legacy, !vm.requires.contains("block-device"),
            !request.elements.contains(where: { $0.hasPrefix("block-device-") })
        {
            add(defaultLayout, "added by default")
        }
        return roots
    }

    /// The layout of a disk that nobody chose, as the original has it.
    private var defaultLayout: String {
        "block-device-\(request.architecture == "arm64" ? "efi" : "mbr")"
    }

    // MARK: Checking

    private func check(_ selection: ElementSelection) throws {
        try checkProviders(selection)
        try checkOperatingSystem(selection)
        let distribution = selection.elements.lazy
            .compactMap { $0.manifest?.exports["DISTRO_NAME"] }.first
        for element in selection.elements {
            try checkConflicts(of: element, in: selection)
            try checkFitness(of: element, for: distribution)
        }
    }

    private func checkProviders(_ selection: ElementSelection) throws {
        var providers: [String: String] = [:]
        for element in selection.elements {
            for thing in element.provides {
                if let other = providers[thing] {
                    throw BuildError(
                        .refused,
                        "elements '\(other)' and '\(element.name)' both provide '\(thing)'",
                        hint: "Leave one of them out.")
                }
                providers[thing] = element.name
            }
        }
        for element in selection.elements {
            if let other = providers[element.name], other != element.name {
                throw BuildError(
                    .refused, "element '\(element.name)' is already provided by '\(other)'",
                    hint: "Leave one of them out.")
            }
        }
    }

    private func checkOperatingSystem(_ selection: ElementSelection) throws {
        guard selection.provider(of: "operating-system") == nil else { return }
        let known = index.providers(of: "operating-system")
        throw BuildError(
            .refused, "no element provides 'operating-system'",
            hint: known.isEmpty
                ? "Add an operating-system element, and the folder that holds it with --plugin-dir."
                : "Add one of: \(known.joined(separator: ", ")).")
    }

    private func checkConflicts(
        of element: ElementDescription, in selection: ElementSelection
    ) throws {
        for name in element.conflicts {
            guard let other = selection.provider(of: name, otherThan: element.name) else {
                continue
            }
            let means = other.name == name ? "" : ", which provides '\(name)'"
            throw BuildError(
                .refused, "element '\(element.name)' conflicts with '\(other.name)'\(means)",
                hint: "Leave one of them out.")
        }
    }

    private func checkFitness(
        of element: ElementDescription, for distribution: String?
    ) throws {
        guard let manifest = element.manifest else { return }
        if !manifest.architectures.isEmpty,
            !manifest.architectures.contains(request.architecture)
        {
            throw BuildError(
                .refused,
                "element '\(element.name)' does not support architecture '\(request.architecture)'",
                hint: "It supports: \(manifest.architectures.joined(separator: ", ")).")
        }
        if let distribution, !manifest.distributions.isEmpty,
            !manifest.distributions.contains(distribution)
        {
            throw BuildError(
                .refused,
                "element '\(element.name)' does not support distribution '\(distribution)'",
                hint: "It supports: \(manifest.distributions.joined(separator: ", ")).")
        }
    }

    /// A name that has to be met.
    private struct Need {
        var name: String
        var reason: String
        /// The element that needs it; nil when the user does.
        var by: String?
    }
}
