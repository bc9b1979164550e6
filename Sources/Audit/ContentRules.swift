// SPDX-License-Identifier: Apache-2.0

/// Rules that look into a file.
struct ContentRules {
    /// Where people and programs of one machine write; what lies elsewhere came with packages.
    private static let places = [
        "etc/", "root/", "home/", "srv/", "opt/", "usr/local/", "var/lib/", "var/www/",
        "var/spool/", "var/tmp/", "tmp/",
    ]
    private static let packageRecords = ["var/lib/dpkg/", "var/lib/apt/", "var/lib/rpm/"]
    private static let proxyFiles = [
        "etc/environment", "etc/apt/apt.conf", "etc/dnf/dnf.conf", "etc/yum.conf",
        "etc/zypp/zypp.conf", "etc/sysconfig/proxy", "etc/wgetrc", "etc/pip.conf", "etc/profile",
        "etc/systemd/system.conf",
    ]
    private static let proxyFolders = ["etc/apt/apt.conf.d/", "etc/profile.d/"]
    private let hostNames: [String]

    /// `hostNames` are those of the build host that would tell it from others.
    init(hostNames: [String]) { self.hostNames = hostNames }

    /// Whether a file of that path is looked into.
    static func areFor(_ path: String) -> Bool {
        places.contains(where: path.hasPrefix) && !packageRecords.contains(where: path.hasPrefix)
    }

    /// The rules that the file breaks by what is in it.
    func findings(at path: String, _ bytes: [UInt8]) -> [(rule: AuditRule, reason: String)] {
        var found = SecretText.findings(in: bytes)
        // Of the rest only the files of one folder are read by people and programs alike.
        guard path.hasPrefix("etc/") || path == "var/lib/dbus/machine-id" else { return found }
        let text = String(decoding: bytes, as: UTF8.self)
        found += settings(at: path, text)
        if let name = hostNames.first(where: { bytes.has($0) && Self.hasWord($0, in: text) }) {
            found.append((.hostName, "the name of the build host, '\(name)'"))
        }
        return found
    }

    // MARK: Files whose meaning is known

    private func settings(at path: String, _ text: String) -> [(rule: AuditRule, reason: String)] {
        var found: [(rule: AuditRule, reason: String)] = []
        switch path {
        case "etc/machine-id", "var/lib/dbus/machine-id":
            let identifier = text.filter { !$0.isWhitespace }
            if !identifier.isEmpty, identifier != "uninitialized" {
                found.append((.machineID, "the identity of one machine"))
            }
        case "etc/passwd", "etc/shadow", "etc/gshadow", "etc/passwd-", "etc/shadow-",
            "etc/gshadow-":
            found += AccountFiles.weaknesses(of: text, file: path).map { (.password, $0) }
        case "etc/iscsi/initiatorname.iscsi" where Self.hasSetting("initiatorname", in: text):
            found.append((.instanceData, "the iSCSI name of one machine"))
        default: break
        }
        if path.hasPrefix("etc/wireguard/") || path.hasPrefix("etc/systemd/network/"),
            Self.hasSetting("privatekey", in: text)
        {
            found.append((.privateKey, "a private key of WireGuard"))
        }
        if Self.namesHardware(path, text) {
            found.append((.networkName, "the address of one machine's interface"))
        }
        if path.hasPrefix("etc/apt/auth.conf") || path.hasPrefix("etc/NetworkManager/system-conn"),
            ["password", "psk"].contains(where: { Self.hasWord($0, in: text) })
        {
            found.append((.token, "credentials"))
        }
        if Self.isProxyFile(path), Self.hasProxy(text) {
            found.append((.proxy, "a proxy of the place where it was built"))
        }
        return found
    }

    private static func isProxyFile(_ path: String) -> Bool {
        proxyFiles.contains(path) || proxyFolders.contains(where: path.hasPrefix)
    }

    private static func hasProxy(_ text: String) -> Bool {
        lines(text).contains { line in
            let small = line.lowercased()
            guard let word = small.firstRange(of: "proxy") else { return false }
            return small[word.upperBound...].firstRange(of: "://") != nil
        }
    }

    private static func namesHardware(_ path: String, _ text: String) -> Bool {
        let keys: [String]
        if path.hasPrefix("etc/systemd/network/") {
            keys = ["macaddress", "permanentmacaddress"]
        } else if path.hasPrefix("etc/sysconfig/network") {
            keys = ["hwaddr", "macaddr"]
        } else if path.hasPrefix("etc/NetworkManager/system-connections/") {
            keys = ["mac-address"]
        } else {
            return false
        }
        return keys.contains { hasSetting($0, in: text) }
    }

    // MARK: Reading settings

    /// The lines of a file of settings that are no comments.
    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
            .filter { line in !["#", ";", "//"].contains { line.hasPrefix($0) } }
    }

    /// Whether a line is KEY=VALUE, blanks around "=" or not, whatever the case of the key.
    private static func hasSetting(_ key: String, in text: String) -> Bool {
        lines(text).contains { line in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return false }
            return parts[0].filter { !$0.isWhitespace }.lowercased() == key
                && parts[1].contains { !$0.isWhitespace }
        }
    }

    private static func hasWord(_ word: String, in text: String) -> Bool {
        func isPart(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" } ?? false
        }
        var rest = text[...]
        while let found = rest.firstRange(of: word) {
            let before =
                found.lowerBound == text.startIndex
                ? nil : text[text.index(before: found.lowerBound)]
            let after = found.upperBound == text.endIndex ? nil : text[found.upperBound]
            if !isPart(before), !isPart(after) { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }
}
