// SPDX-License-Identifier: Apache-2.0

import ElementAPI

/// The public keys of the person who runs the build, read with that person's rights.
struct UserKeys {
    private let target: ExtraDataContext

    init(_ target: ExtraDataContext) { self.target = target }

    /// The lines of all sources that the parameters name, each key once.
    func collect() throws -> [String] {
        let parameters = target.parameters
        var lines: [Substring] = []
        if parameters.flag("authorized-keys") { lines += try authorizedKeys() }
        if parameters.flag("public-keys") { lines += try publicKeyFiles() }
        if parameters.flag("agent-keys") { lines += try agentKeys() }
        var known: Set<PublicKey> = []
        return lines.compactMap { line in
            guard let key = PublicKey(line: line), known.insert(key).inserted else { return nil }
            return String(line)
        }
    }

    private func authorizedKeys() throws -> [Substring] {
        try target.readUserFile("~/.ssh/authorized_keys").map(lines) ?? []
    }

    private func publicKeyFiles() throws -> [Substring] {
        let folder = try target.requiredValue(of: .userHome) + "/.ssh"
        let found = try target.result(
            of: "find", [folder, "-maxdepth", "1", "-name", "*.pub", "-print0"], asUser: true)
        guard found.end.isSuccess else {
            target.log("'\(folder)' cannot be searched for public keys", level: .warning)
            return []
        }
        let files = found.output.split(separator: "\0").sorted()
        return try files.flatMap { try target.readUserFile(String($0)).map(lines) ?? [] }
    }

    private func agentKeys() throws -> [Substring] {
        let listed = try target.result(of: "ssh-add", ["-L"], asUser: true)
        switch listed.end {
        case .exited(0): return lines(listed.output)
        case .exited(1):
            target.log("the ssh agent holds no keys", level: .warning)
            return []
        default:
            throw ElementError(
                "cannot read the keys of the ssh agent: \(listed.end)",
                hint: "Start an agent and let SSH_AUTH_SOCK name it, or set agent-keys to false.")
        }
    }

    private func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }
}
