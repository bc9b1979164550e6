// SPDX-License-Identifier: Apache-2.0

import ElementAPI

/// ~/.ssh/authorized_keys of a user of the image.
struct AuthorizedKeys {
    private let target: InstallContext
    private let account: Account

    init(_ target: InstallContext, userName: String) throws {
        guard let account = try target.account(named: userName), account.home.hasPrefix("/") else {
            throw ElementError(
                "the image has no user '\(userName)' who could get the ssh keys",
                hint: "Add an element that creates the user, or set local-config.username.")
        }
        self.target = target
        self.account = account
    }

    /// Adds the lines whose keys the file does not have.
    ///
    /// File and folder get the owner and the modes that sshd asks for. A second call with the same
    /// lines changes nothing.
    func add(_ lines: [String]) throws {
        let folder = account.home + "/.ssh"
        let file = folder + "/authorized_keys"
        // A link here could make us write another user's file, and sshd would not accept it.
        try refuse(folder, unlessOf: .folder)
        try refuse(file, unlessOf: .file)
        if try !target.exists(account.home) {
            try makeFolder(account.home)
        }
        try makeFolder(folder)
        let text = try target.exists(file) ? try target.readFile(file) : ""
        let known = Set(text.split(separator: "\n").compactMap { PublicKey(line: $0) })
        let new = lines.filter { line in
            PublicKey(line: Substring(line)).map { !known.contains($0) } ?? false
        }
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        let added = new.map { $0 + "\n" }.joined()
        let (user, group) = (String(account.user), String(account.group))
        if new.isEmpty, try target.exists(file) {
            try target.setOwner(of: file, user: user, group: group, mode: 0o600)
        } else {
            try target.writeFile(
                file, text + separator + added, mode: 0o600, user: user, group: group)
        }
        target.log("\(new.count) ssh keys added for '\(account.name)'")
    }

    private func makeFolder(_ path: String) throws {
        let (user, group) = (String(account.user), String(account.group))
        try target.makeFolder(path, mode: 0o700, user: user, group: group)
        if path.hasSuffix("/.ssh") {
            try target.setOwner(of: path, user: user, group: group, mode: 0o700)
        }
    }

    private func refuse(_ path: String, unlessOf kind: FileKind) throws {
        let found = try target.kind(of: path)
        guard found == nil || found == kind else {
            throw ElementError(
                "cannot add ssh keys: '\(path)' in the image is no regular \(kind == .file ? "file" : "folder")",
                hint: "Have the element that made it leave a regular one.")
        }
    }
}
