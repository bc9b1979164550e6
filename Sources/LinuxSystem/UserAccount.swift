// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A user of this machine, as the user database tells.
package struct UserAccount: Equatable, Sendable {
    package var name: String
    package var id: UInt32
    package var group: UInt32
    /// All groups, `group` included.
    package var groups: [UInt32]
    package var home: String

    package init(name: String, id: UInt32, group: UInt32, groups: [UInt32], home: String) {
        self.name = name
        self.id = id
        self.group = group
        self.groups = groups
        self.home = home
    }

    /// The effective user id of this process.
    package static var effectiveID: UInt32 { geteuid() }

    /// The user who called this program: of a root process that sudo started, the user who called sudo.
    package static func invoking(environment: [String: String]) -> UserAccount {
        if geteuid() == 0, let text = environment["SUDO_UID"], let id = UInt32(text) {
            return account(id)
                ?? UserAccount(
                    name: environment["SUDO_USER"] ?? String(id), id: id, group: id, groups: [id],
                    home: "/")
        }
        let id = getuid()
        var found =
            account(id)
            ?? UserAccount(
                name: String(id), id: id, group: getgid(), groups: [getgid()], home: "/")
        if let home = environment["HOME"], home.hasPrefix("/") { found.home = home }
        return found
    }

    /// The user with this id; nil when the database has none.
    package static func account(_ id: UInt32) -> UserAccount? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        let status = getpwuid_r(id, &entry, &buffer, buffer.count, &result)
        guard status == 0, result != nil, let name = entry.pw_name, let home = entry.pw_dir else {
            return nil
        }
        return UserAccount(
            name: String(cString: name), id: id, group: entry.pw_gid,
            groups: groups(of: name, primary: entry.pw_gid), home: String(cString: home))
    }

    private static func groups(of name: UnsafePointer<CChar>, primary: UInt32) -> [UInt32] {
        var count: Int32 = 64
        var list = [gid_t](repeating: 0, count: Int(count))
        if getgrouplist(name, primary, &list, &count) < 0 {
            list = [gid_t](repeating: 0, count: Int(count))
            guard getgrouplist(name, primary, &list, &count) >= 0 else { return [primary] }
        }
        return Array(list.prefix(Int(count)))
    }
}
