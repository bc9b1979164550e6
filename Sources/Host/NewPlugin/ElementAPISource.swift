// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import SystemPackage

/// Where a new plugin finds what it is built against: ElementAPI and dib_element.h.
enum ElementAPISource {
    /// A checkout of dibhost, or lib/dibhost/sdk of an installation; absolute.
    case folder(FilePath)
    /// The address of a git repository.
    case repository(String)

    /// The folder or address.
    var text: String {
        switch self {
        case .folder(let path): path.string
        case .repository(let address): address
        }
    }

    /// What every such folder has.
    static let header = "Sources/CElement/include/dib_element.h"

    /// The source that `option` names; without one the installation, or the checkout, that this program runs from.
    static func resolve(_ option: String?) throws -> ElementAPISource {
        guard let option else { return .folder(try ownFolder()) }
        try checkCharacters(option)
        if isAddress(option) { return .repository(option) }
        let folder = try WorkingDirectory.absolute(FilePath(option))
        guard isSource(folder) else {
            throw BuildError(
                .refused, "there is no ElementAPI in '\(option)'",
                hint: "Name a checkout of dibhost, lib/dibhost/sdk of an installation, or the "
                    + "address of a git repository.")
        }
        return .folder(folder)
    }

    private static func ownFolder() throws -> FilePath {
        var places = [Installation.sdkFolder].compactMap(\.self)
        var folder = Installation.programFolder ?? ""
        while !folder.components.isEmpty {
            places.append(folder)
            folder.removeLastComponent()
        }
        if let own = places.first(where: isSource) {
            try checkCharacters(own.string)
            return own
        }
        throw BuildError(
            .environment, "there is no ElementAPI beside this dibhost",
            hint:
                "Name a checkout of dibhost, or the address of its git repository, with --dibhost.")
    }

    /// A path or address goes into Package.swift and Makefile as it is.
    private static func checkCharacters(_ text: String) throws {
        let isPlain = text.unicodeScalars.allSatisfy {
            !"\"'\\$#".unicodeScalars.contains($0) && $0.properties.generalCategory != .control
        }
        guard isPlain else {
            throw BuildError(
                .refused, "'\(text)' cannot be written into a package",
                hint: "Name the folder through a link without quotes, '\\', '$' and '#'.")
        }
    }

    /// "https://host/dibhost.git" and "git@host:dibhost.git", not "../dibhost".
    private static func isAddress(_ text: String) -> Bool {
        if text.contains("://") { return true }
        let beforeColon = text.split(separator: ":", maxSplits: 1)
        return beforeColon.count == 2 && beforeColon[0].contains("@")
            && !beforeColon[0].contains("/")
    }

    private static func isSource(_ folder: FilePath) -> Bool {
        [header, "Package.swift"].allSatisfy { name in
            let status = try? folder.appending(name).stat()
            return status?.type == .regular
        }
    }
}
