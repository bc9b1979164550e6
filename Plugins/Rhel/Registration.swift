// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The registration of the build at Red Hat or at a Satellite, by the tree's own subscription-manager.
struct Registration {
    /// What the tree needs to register; the repositories that Red Hat gives to everyone have it.
    static let packages = ["redhat-release", "subscription-manager", "dnf", "ca-certificates"]

    private static let authority = "/etc/rhsm/ca/katello-server-ca.pem"
    private static let settings = "/etc/rhsm/rhsm.conf"
    private static let savedSettings = "/etc/rhsm/rhsm.conf.dibhost"

    private let parameters: Parameters
    private let isSatellite: Bool

    /// The registration that the parameters ask for, if they do.
    ///
    /// - Throws: `ElementError` for credentials that are not complete.
    init?(_ parameters: Parameters) throws {
        let method = try parameters.text("method")
        guard method != "disable" else { return nil }
        self.parameters = parameters
        isSatellite = method == "satellite"
        try checkCredentials()
        guard isSatellite else { return }
        for name in ["satellite-url", "satellite-ca"] where text(name) == nil {
            throw ElementError(
                "method 'satellite' needs the parameter '\(name)'", hint: "Set rhel.\(name).")
        }
    }

    private func checkCredentials() throws {
        if text("activation-key") != nil {
            guard text("organization") != nil else {
                throw ElementError(
                    "an activation key needs an organization",
                    hint: "Set rhel.organization or REG_ORG.")
            }
            return
        }
        guard text("username") != nil, text("password") != nil else {
            throw ElementError(
                "there is nothing to register by",
                hint:
                    "Set rhel.activation-key and rhel.organization, or rhel.username and rhel.password."
            )
        }
    }

    /// Puts the Satellite's certificate into the tree, which believes it from then on.
    func placeCertificate(_ target: ExtraDataContext) throws {
        guard isSatellite, let path = text("satellite-ca") else { return }
        guard let certificate = try target.readUserFile(path),
            certificate.contains("-----BEGIN CERTIFICATE-----")
        else {
            throw ElementError(
                "'\(path)' is no certificate in PEM, or is not there",
                hint: "Set rhel.satellite-ca to the file katello-server-ca.crt of the Satellite.")
        }
        try target.makeFolder("/etc/rhsm/ca")
        try target.writeFile(Self.authority, certificate)
    }

    /// Registers, and turns on the repositories that packages are to come from.
    func begin(_ target: PreInstallContext) throws {
        let manager = SubscriptionManager(target, secrets: secrets)
        if try target.kind(of: Self.settings) == .file {
            let text = try target.readFile(Self.settings)
            try target.writeFile(Self.savedSettings, text, mode: 0o600)
        }
        if isSatellite {
            try manager.run(["config", "--rhsm.repo_ca_cert=\(Self.authority)"])
        }
        try manager.run(registerArguments(target), failing: Self.refusedHint)
        do {
            if let pool = text("pool-id") { try manager.run(["attach", "--pool=\(pool)"]) }
            if let minor = text("minor-release") {
                try manager.run(["release", "--set=\(minor)"])
            }
            try manager.run(["repos", "--disable=*"])
            try manager.run(["repos"] + repositories(target).map { "--enable=\($0)" })
        } catch {
            try end(target)
            throw error
        }
    }

    /// Ends the registration and takes its traces out of the tree.
    func end(_ target: some ChrootContext) throws {
        try SubscriptionManager(target, secrets: secrets).run(
            ["unregister"],
            failing:
                "Remove the system by hand at Red Hat or at the Satellite, if it is still listed.")
        for folder in [
            "/etc/pki/consumer", "/etc/pki/entitlement", "/var/lib/rhsm", "/var/log/rhsm",
        ]
        where try target.kind(of: folder) == .folder {
            try Self.removeFiles(below: folder, target)
        }
        try target.remove("/etc/yum.repos.d/redhat.repo")
        try target.remove(Self.authority)
        guard try target.kind(of: Self.savedSettings) == .file else { return }
        try target.writeFile(Self.settings, try target.readFile(Self.savedSettings))
        try target.remove(Self.savedSettings)
    }

    private static func removeFiles(below folder: String, _ target: some ChrootContext) throws {
        for name in try target.list(folder) {
            let path = "\(folder)/\(name)"
            if try target.kind(of: path) == .folder {
                try removeFiles(below: path, target)
            } else {
                try target.remove(path)
            }
        }
    }

    private func registerArguments(_ target: PreInstallContext) -> [String] {
        var arguments = ["register"]
        func add(_ option: String, _ value: String?) {
            if let value { arguments.append("--\(option)=\(value)") }
        }
        if let key = text("activation-key") {
            add("activationkey", key)
        } else {
            add("username", text("username"))
            add("password", text("password"))
        }
        add("org", text("organization"))
        add("serverurl", text("server-url") ?? satelliteService)
        add("baseurl", text("base-url") ?? satelliteContent)
        add("environments", text("environment"))
        add("type", text("consumer-type"))
        add("name", text("machine-name") ?? target.value(of: .imageName))
        if parameters.flag("auto-attach") {
            arguments.append("--auto-attach")
            add("servicelevel", text("service-level"))
        }
        if parameters.flag("force") { arguments.append("--force") }
        return arguments
    }

    /// BaseOS and AppStream by their labels, unless the user names others.
    private func repositories(_ target: PreInstallContext) throws -> [String] {
        let own = parameters.list("enabled-repositories")
        guard own.isEmpty else { return own }
        let names = ["amd64": "x86_64", "arm64": "aarch64", "ppc64el": "ppc64le"]
        let architecture = try target.requiredValue(of: .architecture)
        let release = try parameters.text("release")
        return ["baseos", "appstream"].map {
            "rhel-\(release)-for-\(names[architecture] ?? architecture)-\($0)-rpms"
        }
    }

    private var satelliteHost: String? {
        guard isSatellite, let url = text("satellite-url") else { return nil }
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(rest.prefix { $0 != "/" })
    }

    private var satelliteService: String? { satelliteHost.map { "https://\($0):443/rhsm" } }
    private var satelliteContent: String? { satelliteHost.map { "https://\($0)/pulp/content" } }

    private var secrets: [String] { ["activation-key", "password"].compactMap(text) }

    private func text(_ name: String) -> String? {
        parameters[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let refusedHint =
        "Check rhel.organization with rhel.activation-key, or rhel.username with rhel.password."
}
