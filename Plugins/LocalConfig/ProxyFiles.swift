// SPDX-License-Identifier: Apache-2.0

import ElementAPI

/// The files of an image that tell its programs and package managers of proxies; those of package
/// managers that the image does not have are left alone.
struct ProxyFiles {
    private static let environment = "/etc/environment"
    private static let apt = "/etc/apt/apt.conf.d/02-local-config-proxy"
    private static let zypp = "/etc/sysconfig/proxy"
    private static let dnf = ["/etc/dnf/dnf.conf", "/etc/yum.conf"]

    private let target: any ChrootContext
    private let proxies: ProxySettings

    init(_ target: any ChrootContext, _ proxies: ProxySettings) {
        self.target = target
        self.proxies = proxies
    }

    func write() throws {
        let variables = proxies.variables.map { ($0.name, $0.name + "=" + $0.value) }
        try edit(Self.environment) { $0.set(variables) }
        if try target.exists("/etc/apt/apt.conf.d") {
            try target.writeFile(Self.apt, aptLines.joined(separator: "\n") + "\n")
        }
        for path in try dnfFiles() {
            try edit(path) { $0.set([("proxy", dnfLine)], inSection: "main") }
        }
        if try hasZypp() {
            try edit(Self.zypp) { $0.set(zyppLines) }
        }
    }

    /// Takes back what `write` wrote; a setting that has another value by now stays.
    func remove() throws {
        if try target.exists(Self.environment) {
            try edit(Self.environment) { lines in
                lines.remove(proxies.variables.map { $0.name + "=" + $0.value })
            }
        }
        try target.remove(Self.apt)
        for path in try dnfFiles() {
            try edit(path) { $0.remove([dnfLine]) }
        }
        if try hasZypp() {
            try edit(Self.zypp) { $0.remove(zyppLines.map(\.1)) }
        }
    }

    /// The proxy for each scheme, and "DIRECT" for each host that apt can name: it knows neither
    /// domains nor nets.
    private var aptLines: [String] {
        var lines: [String] = []
        for (scheme, proxy) in [("http", proxies.http), ("https", proxies.https)] {
            guard let proxy else { continue }
            lines.append("Acquire::\(scheme)::Proxy \"\(proxy)\";")
            for host in proxies.exceptions where !host.hasPrefix(".") && !host.contains("/") {
                guard !host.contains("*"), !host.contains(":") else { continue }
                lines.append("Acquire::\(scheme)::Proxy::\(host) \"DIRECT\";")
            }
        }
        return lines
    }

    /// dnf and yum have one proxy for both schemes.
    private var dnfLine: String { "proxy=" + (proxies.http ?? proxies.https ?? "") }

    private var zyppLines: [(String, String)] {
        [("PROXY_ENABLED", "PROXY_ENABLED=\"yes\"")]
            + proxies.variables.map { variable in
                let name = variable.name.uppercased()
                return (name, "\(name)=\"\(variable.value)\"")
            }
    }

    /// The one that is a link, as yum.conf is where dnf took over, is reached through the other.
    private func dnfFiles() throws -> [String] {
        try Self.dnf.filter { try target.kind(of: $0) == .file }
    }

    private func hasZypp() throws -> Bool {
        let hasFile = try target.exists(Self.zypp)
        return try hasFile || target.exists("/etc/zypp")
    }

    private func edit(_ path: String, _ change: (inout SettingLines) -> Void) throws {
        let exists = try target.exists(path)
        let before = exists ? try target.readFile(path) : ""
        var lines = SettingLines(before)
        change(&lines)
        guard lines.text != before else { return }
        if !exists, path == Self.zypp { try target.makeFolder("/etc/sysconfig") }
        try target.writeFile(path, lines.text)
    }
}
