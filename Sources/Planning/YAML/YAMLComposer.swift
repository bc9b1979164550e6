// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Puts the events of a YAML text together to one document.
struct YAMLComposer: ~Copyable {
    /// How deep lists and maps may lie in each other.
    ///
    /// No file that people write comes near it; without a bound a hostile one would end the process on its stack.
    private static let deepest = 500

    private let source: YAMLSource
    private var events: YAMLEvents
    /// What the aliases stand for that are known so far; an anchor may be set anew.
    private var anchors: [String: YAMLNode] = [:]

    init(_ source: YAMLSource) {
        self.source = source
        events = YAMLEvents(source.text)
    }

    /// The only document; nil when there is nothing but comments.
    mutating func document() throws -> YAMLNode? {
        _ = try next()
        guard case .documentStart = try next().kind else { return nil }
        let root = try node(try next(), depth: 0)
        _ = try next()
        let end = try next()
        guard case .streamEnd = end.kind else {
            throw source.refusal(
                end.line, "a second document begins", hint: "A file holds one document.")
        }
        if case .text("") = root.content, !root.isQuoted { return nil }
        return root
    }

    private mutating func next() throws -> YAMLEvents.Event {
        do {
            return try events.next()
        } catch {
            throw source.refusal(
                error.line, error.problem,
                hint: "Column \(error.column) of that line is where reading stopped.")
        }
    }

    private mutating func node(_ event: YAMLEvents.Event, depth: Int) throws -> YAMLNode {
        guard depth <= Self.deepest else {
            throw source.refusal(event.line, "more than \(Self.deepest) levels in each other")
        }
        let node: YAMLNode
        switch event.kind {
        case .scalar(let text, let isQuoted):
            node = YAMLNode(.text(text), line: event.line, isQuoted: isQuoted)
        case .listStart:
            node = YAMLNode(.list(try items(depth: depth)), line: event.line)
        case .mapStart:
            node = YAMLNode(.map(try merged(entries(depth: depth))), line: event.line)
        default:
            guard let name = event.anchor, let target = anchors[name] else {
                throw source.refusal(event.line, "an alias without its anchor")
            }
            return target
        }
        if let name = event.anchor { anchors[name] = node }
        return node
    }

    private mutating func items(depth: Int) throws -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try next()
            if case .listEnd = event.kind { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func entries(depth: Int) throws -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var keys: Set<String> = []
        while true {
            let event = try next()
            if case .mapEnd = event.kind { return entries }
            guard let key = try node(event, depth: depth + 1).text else {
                throw source.refusal(event.line, "a key is no plain value")
            }
            // Several maps may be merged in one after the other.
            guard key == "<<" || keys.insert(key).inserted else {
                throw source.refusal(
                    event.line, "the key '\(key)' stands there twice",
                    hint: "Leave one of them out.")
            }
            let value = try node(next(), depth: depth + 1)
            entries.append(YAMLNode.Entry(key: key, line: event.line, value: value))
        }
    }

    /// The entries with what `<<` brings in: those of other maps whose keys are not there already.
    private func merged(_ entries: [YAMLNode.Entry]) throws -> [YAMLNode.Entry] {
        guard entries.contains(where: { $0.key == "<<" }) else { return entries }
        var own = entries.filter { $0.key != "<<" }
        for entry in entries where entry.key == "<<" {
            for map in entry.value.list ?? [entry.value] {
                guard let others = map.map else {
                    throw source.refusal(entry.line, "'<<' takes a map, or a list of maps")
                }
                own += others.filter { other in !own.contains { $0.key == other.key } }
            }
        }
        return own
    }
}
