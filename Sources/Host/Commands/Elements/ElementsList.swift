// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Elements
import Planning

/// `dibhost elements list`: every element on the paths, those that are hidden, and what was left out.
struct ElementsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the elements on the plugin and element paths.")

    @OptionGroup(title: "Elements") var catalogOptions: CatalogOptions

    @Flag(help: "Write JSON.")
    var json = false

    private struct Listing: Encodable {
        var elements: [ElementDescription]
        var rejected: [RejectedElement]
    }

    func run() throws {
        let catalog = try catalogOptions.catalog()
        let elements = catalog.all
        let rejected = catalog.index.rejected
        if json {
            Terminal.write(try JSONText.of(Listing(elements: elements, rejected: rejected)))
            return
        }
        var table = TextTable()
        table.add("NAME", "KIND", "VERSION", "PROVIDES", "PATH")
        for element in elements {
            let note = element.shadowedBy.map { " (hidden by '\($0)')" } ?? ""
            table.add(
                element.name, element.kind.rawValue, element.version ?? "-",
                element.provides.isEmpty ? "-" : element.provides.joined(separator: ", "),
                element.path + note)
        }
        var lines = table.lines
        if !rejected.isEmpty { lines += ["", "left out:"] }
        lines += rejected.map { "  '\($0.path)' \($0.reason)" }
        Terminal.write(lines.joined(separator: "\n"))
    }
}
