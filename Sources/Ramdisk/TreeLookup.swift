// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Looks up paths in a tree as if it were the root: links never lead out of it.
package struct TreeLookup {
    /// As many links as the kernel follows, path_resolution(7).
    private static let mostLinks = 40

    /// What a path leads to: the real path, without links in it, and the links on the way to it.
    package struct Found: Equatable {
        package var path: String
        package var links: [String]
        package var isFolder: Bool
    }

    package let tree: FilePath

    package init(tree: FilePath) { self.tree = tree }

    /// Follows `path`; nil when nothing is there.
    package func find(_ path: String) -> Found? {
        var rest = Array(Self.components(path).reversed())
        var found = Found(path: "", links: [], isFolder: true)
        var followed = 0
        while let component = rest.popLast() {
            if component == ".." {
                found.path = String(
                    found.path[..<(found.path.lastIndex(of: "/") ?? found.path.startIndex)])
                continue
            }
            let next = found.path + "/" + component
            var status = stat()
            guard lstat(tree.string + next, &status) == 0 else { return nil }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                found.isFolder = status.st_mode & S_IFMT == S_IFDIR
                guard found.isFolder || rest.isEmpty else { return nil }
                found.path = next
                continue
            }
            if !found.links.contains(next) { found.links.append(next) }
            followed += 1
            guard followed <= Self.mostLinks, let target = Self.target(tree.string + next)
            else { return nil }
            if target.hasPrefix("/") { found.path = "" }
            rest += Self.components(target).reversed()
            found.isFolder = true
        }
        return found
    }

    /// The first of `folders` in which `name` is a file, with what it leads to.
    func find(_ name: String, in folders: [String]) -> (path: String, found: Found)? {
        for folder in folders {
            let path = "\(folder)/\(name)"
            if let found = find(path), !found.isFolder { return (path, found) }
        }
        return nil
    }

    /// The names in a folder of the tree, sorted; none when there is no such folder.
    func names(in folder: String) -> [String] {
        guard let found = find(folder), found.isFolder,
            let stream = opendir(tree.string + found.path)
        else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func components(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }
    }

    private static func target(_ link: String) -> String? {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(PATH_MAX))
        defer { buffer.deallocate() }
        let length = readlink(link, buffer, Int(PATH_MAX))
        guard length > 0 else { return nil }
        return String(
            decoding: UnsafeRawBufferPointer(start: buffer, count: length), as: UTF8.self)
    }
}
