// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Whether a file could have been written by a user who is neither root nor the one who builds.
///
/// What a worker loads runs with root's rights. So the file and every folder on the way to it must belong to root, to
/// the invoking user or to the user of this process, and nobody else may write to them. A sticky folder, such as
/// /tmp, passes on the way: there only the owner of an entry can replace it.
package struct FileTrust {
    private let trustedUsers: Set<UInt32>
    private var goodFolders: Set<FilePath> = []
    private var goodLookups: Set<FilePath> = []

    /// - Parameter user: the user who called dibhost.
    package init(user: UInt32) { trustedUsers = [0, user, UserAccount.effectiveID] }

    /// Checks an open file or folder, and all folders above it.
    ///
    /// - Throws: `PluginFault`, or `Errno`.
    package mutating func check(_ file: FileDescriptor) throws {
        guard let path = SymbolicLink.target(of: FilePath("/proc/self/fd/\(file.rawValue)")),
            path.isAbsolute
        else {
            throw PluginFault("cannot be traced to its folder", hint: "Mount /proc.")
        }
        if let fault = fault(of: try file.stat(), path, allowsSticky: false) { throw fault }
        try checkFolders(above: path)
    }

    private mutating func checkFolders(above path: FilePath) throws {
        var checked: [FilePath] = []
        var folder = path.removingLastComponent()
        while !goodFolders.contains(folder) {
            if let fault = fault(of: try folder.stat(), folder, allowsSticky: true) {
                throw PluginFault("lies in '\(folder)', which \(fault.reason)", hint: fault.hint)
            }
            checked.append(folder)
            guard folder.removeLastComponent() else { break }
        }
        goodFolders.formUnion(checked)
    }

    /// Checks what a program finds that looks up an absolute path.
    ///
    /// That is each folder and link on the way, and what lies there in the end. Where the way ends early, nobody else
    /// may be able to continue it.
    ///
    /// - Throws: `PluginFault`, whose reason names what is at fault, or `Errno`.
    mutating func check(lookupOf path: FilePath) throws {
        if goodLookups.contains(path) { return }
        var place = FilePath("/")
        var rest: [FilePath.Component] = Array(path.components)
        var links = 0
        while !rest.isEmpty {
            let name = rest.removeFirst()
            if name.kind == .parentDirectory { place.removeLastComponent() }
            guard name.kind == .regular else { continue }
            try checkPlace(place, allowsSticky: true)
            let next = place.appending(name)
            guard let status = try Self.entry(at: next) else { break }
            guard status.type == .symbolicLink, let target = SymbolicLink.target(of: next) else {
                place = next
                continue
            }
            let owner = status.userID.rawValue
            guard trustedUsers.contains(owner) else { throw Self.foreign(owner, next) }
            links += 1
            guard links <= 40 else { throw Errno.tooManySymbolicLinkLevels }
            if target.isAbsolute { place = FilePath("/") }
            rest = Array(target.components) + rest
        }
        try checkPlace(place, allowsSticky: false)
        goodLookups.insert(path)
    }

    /// What lies at a path, which may be a link; nil when nothing does.
    private static func entry(at path: FilePath) throws(Errno) -> Stat? {
        do throws(Errno) {
            return try path.stat(followTargetSymlink: false)
        } catch {
            guard error == .noSuchFileOrDirectory || error == .notDirectory else { throw error }
            return nil
        }
    }

    private func checkPlace(_ place: FilePath, allowsSticky: Bool) throws {
        if let fault = fault(of: try place.stat(), place, allowsSticky: allowsSticky) {
            throw PluginFault("'\(place)' \(fault.reason)", hint: fault.hint)
        }
    }

    private static func foreign(_ owner: UInt32, _ path: FilePath) -> PluginFault {
        PluginFault(
            "'\(path)' belongs to user \(owner), who is neither root nor you",
            hint: "Run 'chown -h root \(path)' if you trust what is in it.")
    }

    private func fault(of status: Stat, _ path: FilePath, allowsSticky: Bool) -> PluginFault? {
        let owner = status.userID.rawValue
        guard trustedUsers.contains(owner) else {
            return PluginFault(
                "belongs to user \(owner), who is neither root nor you",
                hint: "Run 'chown root \(path)' if you trust what is in it.")
        }
        let othersMayWrite = !status.permissions.isDisjoint(with: [.groupWrite, .otherWrite])
        if othersMayWrite, !(allowsSticky && status.permissions.contains(.saveText)) {
            return PluginFault(
                "can be written to by other users", hint: "Run 'chmod go-w \(path)'.")
        }
        return nil
    }
}
