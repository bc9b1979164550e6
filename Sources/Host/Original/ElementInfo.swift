// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Elements
import LinuxSystem
import Planning

/// `element-info`: the elements that some names need, as hooks and the original's programs ask for them.
struct ElementInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OriginalProgram.elementInfo.rawValue,
        abstract:
            "Print the elements that some names expand to, as the original's program of this name does.",
        discussion: """
            The names are separated by spaces, in a stable order; 'base' is not added. Folders are those of \
            ELEMENTS_PATH, and of dibhost's own elements after them.
            """,
        version: ProgramVersion.text)

    @OptionGroup(title: "Elements") var catalog: CatalogOptions

    @Flag(
        name: .customLong("env"),
        help: "Print definitions for the shell: names, a YAML map to folders, a function.")
    var asDefinitions = false

    @Argument(help: "Names of elements.")
    var elements: [String] = []

    func run() throws {
        var catalog = catalog
        if catalog.preferLegacy.isEmpty { catalog.preferLegacy = ["all"] }
        var request = try catalog.request()
        request.elements = elements
        request.skipBase = true
        let index = try ElementCatalog(for: request).index
        let found = try Resolver(request: request, index: index).resolve().elements.map(
            \.description)
        let names = found.map(\.name).joined(separator: " ")
        guard asDefinitions else { return Terminal.write(names) }
        let map = found.sorted { $0.name < $1.name }.map { "\($0.name): \($0.path)\n" }.joined()
        let lines = found.map { "    printf '%s\\n' \("[\($0.name)]=\($0.path)".shellQuoted)" }
        Terminal.write(
            """
            export IMAGE_ELEMENT=\(names.shellQuoted)
            export IMAGE_ELEMENT_YAML=\(map.shellQuoted)
            get_image_element_array() {
            \(lines.joined(separator: "\n"))
            }
            export -f get_image_element_array
            """)
    }
}
