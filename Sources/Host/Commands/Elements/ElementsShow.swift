// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Elements
import Planning

/// `dibhost elements show`: one element with its parameters and hooks.
struct ElementsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows an element's parameters, needs and hooks.")

    @OptionGroup(title: "Elements") var catalogOptions: CatalogOptions

    @Flag(help: "Write JSON.")
    var json = false

    @Argument(help: "The element's name.")
    var name: String

    func run() throws {
        let catalog = try catalogOptions.catalog()
        guard let element = try catalog.index.element(named: name) else {
            throw catalog.index.unknown(name)
        }
        guard !json else {
            Terminal.write(try JSONText.of(element))
            return
        }
        let hidden = catalog.index.shadowed.filter { $0.name == name }
        Terminal.write(
            (ElementText.lines(of: element) + hidden.map { "hides '\($0.path)'" })
                .joined(separator: "\n"))
    }
}
