// SPDX-License-Identifier: Apache-2.0

import Foundation

/// ManualPages FOLDER PARTS DATE VERSION <HELP: writes a page in man(7) macros for each command to FOLDER.
///
/// HELP is what `dibhost --experimental-dump-help` writes, so that a page names each option of the program that is
/// installed with it. PARTS holds PAGE.man files with sections that were written by hand.
@main
struct ManualPages {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5 else {
            FileHandle.standardError.write(
                Data("usage: ManualPages FOLDER PARTS DATE VERSION <HELP\n".utf8))
            exit(2)
        }
        let help = try JSONDecoder().decode(
            ProgramHelp.self, from: FileHandle.standardInput.readDataToEndOfFile())
        let folder = URL(fileURLWithPath: arguments[1], isDirectory: true)
        let parts = URL(fileURLWithPath: arguments[2], isDirectory: true)
        let edition = ManualPage.Edition(date: arguments[3], version: arguments[4])
        for command in help.command.tree {
            let name = ManualPage.name(of: command)
            let part = parts.appendingPathComponent("\(name).man")
            let isThere = FileManager.default.fileExists(atPath: part.path)
            let page = ManualPage(
                command, handWritten: isThere ? try String(contentsOf: part, encoding: .utf8) : nil,
                edition: edition)
            try Data(page.text.utf8).write(to: folder.appendingPathComponent("\(name).1"))
        }
    }
}
