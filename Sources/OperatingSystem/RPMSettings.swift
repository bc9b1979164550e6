// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI
internal import Glibc

/// The parameters of an element for a distribution of the RPM family, read and checked.
struct RPMSettings {
    let distribution: RPMDistribution
    let release: ReleaseTable.Release
    let facts: RPMDistribution.Facts
    let parameters: Parameters
    /// How often a failed download is tried again.
    let retries: Int

    /// Reads what can be read before anything is done.
    ///
    /// - Throws: `ElementError` for an unknown release, an address that is none, or no repository at all.
    init(_ distribution: RPMDistribution, _ parameters: Parameters) throws {
        self.distribution = distribution
        self.parameters = parameters
        release = try distribution.releases.release(
            try parameters.text("release"), parameter: "\(distribution.element).release")
        facts = distribution.facts(release.name)
        retries = try parameters.integer("retries") ?? 3
        _ = try repositories(for: "x86_64")
        if retries < 0 || retries > 100 {
            throw ElementError(
                "parameter 'retries' is \(retries)", hint: "Set it to a number from 0 to 100.")
        }
    }

    /// What to tell of a release that gets no more updates.
    var warning: String? { distribution.releases.warning(for: release, today: Self.today) }

    var isDead: Bool { warning != nil }
    var acceptsUnsigned: Bool { parameters.flag("accept-unsigned-packages") }
    var keepsCache: Bool { parameters.flag("cache") }

    /// How often a failed download is tried again.

    /// The repositories of the build, for an architecture by RPM's name.
    func repositories(for architecture: String) throws -> [RPMRepository] {
        let given = parameters["mirror"].flatMap { $0.isEmpty ? nil : $0 }
        if let given { try RPMRepository.check(given, parameter: "mirror") }
        let mirror =
            given ?? (isDead ? distribution.archive : nil) ?? distribution.mirror
        let own = try parameters.list("repositories").enumerated().map {
            try RPMRepository(item: $1, number: $0 + 1)
        }
        let standard = parameters.flag("default-repositories") ? facts.repositories : []
        let all = (standard + own).map {
            $0.resolved(mirror: mirror, release: release.name, architecture: architecture)
        }
        guard !all.isEmpty else {
            throw ElementError(
                "there is no repository to install '\(distribution.element)' from",
                hint: "Set \(distribution.element).repositories, or leave default-repositories on.")
        }
        if let twice = all.first(where: { one in all.count { $0.name == one.name } > 1 }) {
            throw ElementError(
                "two repositories are called '\(twice.name)'",
                hint: "Give those of the parameter repositories other names, as NAME=URL.")
        }
        return all
    }

    /// The proxy as variables that dnf, zypper and curl know; what the environment says holds without the parameter.
    var proxyVariables: [String: String] {
        guard let proxy = parameters["proxy"], !proxy.isEmpty else { return [:] }
        return ["http_proxy": proxy, "https_proxy": proxy, "HTTPS_PROXY": proxy]
    }

    /// The packages of the one transaction: those that the plan lists.
    static func packages(of target: RootContext) -> [String] {
        (target.value(of: .packages) ?? "").split(separator: "\n").map(String.init)
    }

    private static var today: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}
