// SPDX-License-Identifier: Apache-2.0

/// The manual page of one command: what its definition says, then what was written by hand.
struct ManualPage {
    private let command: CommandHelp
    /// Sections in roff, which follow the options.
    private let handWritten: String?
    /// What the page's foot says: day and version.
    private let edition: Edition

    struct Edition {
        var date: String
        var version: String
    }

    init(_ command: CommandHelp, handWritten: String?, edition: Edition) {
        self.command = command
        self.handWritten = handWritten
        self.edition = edition
    }

    /// The page's name, such as dibhost-elements-list.
    static func name(of command: CommandHelp) -> String { command.words.joined(separator: "-") }

    var text: String {
        var page = Roff()
        page.raw(
            ".TH \(Roff.escaped(Self.name(of: command).uppercased())) 1 \(edition.date)"
                + " \"dibhost \(edition.version)\" \"dibhost manual\"")
        // Names of programs are not divided at the end of a line.
        page.raw(".nh")
        page.section("NAME")
        page.raw("\(Roff.escaped(Self.name(of: command))) \\- \(Roff.escaped(shortAbstract))")
        page.section("SYNOPSIS")
        page.raw(synopsis)
        page.section("DESCRIPTION")
        page.paragraph(command.abstract ?? "")
        if let discussion = command.discussion { page.paragraph(discussion, isFirst: false) }
        addSubcommands(to: &page)
        addArguments(to: &page)
        if let handWritten {
            for line in handWritten.split(separator: "\n") where !line.hasPrefix(".\\\"") {
                page.raw(String(line))
            }
        }
        addReferences(to: &page)
        return page.text
    }

    /// What apropos(1) shows.
    private var shortAbstract: String {
        let text = command.abstract ?? ""
        let begin = text.prefix(1).lowercased() + text.dropFirst()
        return begin.hasSuffix(".") ? String(begin.dropLast()) : begin
    }

    private var shown: [CommandHelp.Argument] {
        (command.arguments ?? []).filter(\.shouldDisplay)
    }

    private var positional: [CommandHelp.Argument] { shown.filter { $0.kind == "positional" } }

    private var synopsis: String {
        var parts = [Roff.bold(command.words.joined(separator: " "))]
        if shown.contains(where: { $0.kind != "positional" }) {
            parts.append("[\(Roff.italic("options"))]")
        }
        for argument in positional {
            let name = Roff.italic(argument.valueName ?? "value")
            let many = argument.isRepeating ? "\(name) ..." : name
            parts.append(argument.isOptional ? "[\(many)]" : many)
        }
        if !command.visibleSubcommands.isEmpty { parts.append(Roff.italic("command")) }
        return parts.joined(separator: " ")
    }

    private func addSubcommands(to page: inout Roff) {
        let subcommands = command.visibleSubcommands
        guard !subcommands.isEmpty else { return }
        page.section("COMMANDS")
        for subcommand in subcommands {
            page.entry(
                Roff.bold(subcommand.words.dropFirst().joined(separator: " ")),
                (subcommand.abstract ?? "") + " See \(Self.name(of: subcommand))(1).")
        }
    }

    private func addArguments(to page: inout Roff) {
        if !positional.isEmpty {
            page.section("ARGUMENTS")
            for argument in positional {
                page.entry(Roff.italic(argument.valueName ?? "value"), Self.text(of: argument))
            }
        }
        let options = shown.filter { $0.kind != "positional" }
        guard !options.isEmpty else { return }
        page.section("OPTIONS")
        var titles: [String?] = []
        for title in options.map(\.sectionTitle) where !titles.contains(title) {
            titles.append(title)
        }
        // Those without a title come first, so that they are not taken for a part of another section.
        let order = titles.filter { $0 == nil } + titles.filter { $0 != nil }
        for title in order {
            if let title { page.subsection(title) }
            for option in options where option.sectionTitle == title {
                page.entry(Self.head(of: option), Self.text(of: option))
            }
        }
    }

    private static func head(of option: CommandHelp.Argument) -> String {
        let names = option.spellings.map(Roff.bold).joined(separator: ", ")
        guard option.kind == "option", let value = option.valueName else { return names }
        return "\(names) \(Roff.italic(value))"
    }

    private static func text(of argument: CommandHelp.Argument) -> String {
        var parts = [argument.abstract, argument.discussion].compactMap { $0 }
        if let values = argument.allValues, !values.isEmpty {
            parts.append("One of: \(values.joined(separator: ", ")).")
        }
        if let value = argument.defaultValue { parts.append("The default is \(value).") }
        return parts.joined(separator: " ")
    }

    private func addReferences(to page: inout Roff) {
        let above = command.superCommands?.first.map { [$0] } ?? []
        let names = above + command.visibleSubcommands.map(Self.name(of:))
        guard !names.isEmpty else { return }
        page.section("SEE ALSO")
        page.raw(names.map { "\(Roff.bold($0))(1)" }.joined(separator: ",\n"))
    }
}
