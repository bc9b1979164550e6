// SPDX-License-Identifier: Apache-2.0

/// A user of the image, as the tree's /etc/passwd has it.
public struct Account: Equatable, Sendable {
    /// The login name.
    public var name: String
    /// The user's number.
    public var user: UInt32
    /// The number of the user's group.
    public var group: UInt32
    /// The home folder's path in the image.
    public var home: String
}

extension TreeFiles {
    /// The user of that name in the tree's /etc/passwd; nil when there is none.
    public func account(named name: String) throws -> Account? {
        guard try exists("/etc/passwd") else { return nil }
        for line in try readFile("/etc/passwd").split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 7, fields[0] == name else { continue }
            guard let user = UInt32(fields[2]), let group = UInt32(fields[3]) else { continue }
            return Account(name: name, user: user, group: group, home: String(fields[5]))
        }
        return nil
    }
}
