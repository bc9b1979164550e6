// SPDX-License-Identifier: Apache-2.0

/// Where a file is that a build reads: at a URL, or below a path of the user on the build host.
package struct ImagePlace: Equatable, CustomStringConvertible {
    /// The URL, or the path.
    package let text: String
    /// Whether it has to be downloaded.
    package let isRemote: Bool

    /// A place as users write it; file:// URLs are paths.
    package init(_ text: String) {
        isRemote = text.hasPrefix("http://") || text.hasPrefix("https://")
        self.text = text.hasPrefix("file://") ? String(text.dropFirst("file://".count)) : text
    }

    /// The file's name: the last part of the path, without a query.
    package var name: String {
        let path = isRemote ? text.prefix { $0 != "?" && $0 != "#" } : text[...]
        return path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The file `name` in the same folder.
    package func sibling(_ name: String) -> ImagePlace {
        let path = isRemote ? text.prefix { $0 != "?" && $0 != "#" } : text[...]
        guard let slash = path.lastIndex(of: "/") else { return ImagePlace(name) }
        return ImagePlace(path[...slash] + name)
    }

    /// The same place with `ending` after its name.
    package func with(ending: String) -> ImagePlace { sibling(name + ending) }

    /// The text, without a user name and a password.
    package var description: String {
        guard isRemote, let start = text.firstIndex(of: "/").map({ text.index($0, offsetBy: 2) })
        else { return text }
        let host = text[start...].prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return text }
        return text[..<start] + "***" + text[at...]
    }
}
