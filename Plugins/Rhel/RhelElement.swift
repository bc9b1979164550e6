// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system Red Hat Enterprise Linux, whose packages come from a copy of Red Hat's servers or by a
/// registration for the length of the build.
///
/// With a registration the root phase installs what registers, from the repositories that Red Hat gives to everyone
/// (UBI); pre-install registers in the chroot and installs the rest; finalise ends the registration.
struct Rhel: CheckPhase, RootPhase, ExtraDataPhase, PreInstallPhase, PostInstallPhase,
    FinalisePhase, CleanupPhase
{
    private let parameters: Parameters
    private let system: RPMSystem
    private let registration: Registration?

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        self.parameters = parameters
        registration = try Registration(parameters)
        system = RPMSystem(Self.distribution(isRegistering: registration != nil), parameters)
    }

    func check(_ request: CheckContext) throws {
        try system.check(request)
        let isOffline = request.value(of: .offline) == "true"
        guard registration == nil || !isOffline else {
            throw ElementError(
                "a build that registers cannot be offline",
                hint: "Set rhel.method to disable and rhel.mirror or rhel.repositories.")
        }
        guard registration != nil || hasOwnSource else {
            throw ElementError(
                "there is no source of packages for 'rhel'",
                hint:
                    "Set rhel.method with rhel.activation-key and rhel.organization, or rhel.mirror, or rhel.repositories with rhel.default-repositories=false."
            )
        }
    }

    func root(_ target: RootContext) throws {
        try system.root(target, packages: registration == nil ? nil : Registration.packages)
    }

    func extraData(_ target: ExtraDataContext) throws {
        try registration?.placeCertificate(target)
    }

    func preInstall(_ target: PreInstallContext) throws {
        guard let registration else { return }
        let packages = (target.value(of: .packages) ?? "").split(separator: "\n").map(String.init)
        try registration.begin(target)
        do {
            try target.installPackages(packages)
            try system.forgetIdentity(target)
        } catch {
            try registration.end(target)
            throw error
        }
    }

    func postInstall(_ target: PostInstallContext) throws { try system.postInstall(target) }

    func finalise(_ target: FinaliseContext) throws {
        if let registration, !parameters.flag("keep-registration") {
            try registration.end(target)
        }
        try system.finalise(target)
    }

    func cleanup(_ target: CleanupContext) throws { try system.cleanup(target) }

    private var hasOwnSource: Bool {
        let hasMirror = parameters["mirror"].map { !$0.isEmpty } ?? false
        return hasMirror || !parameters.flag("default-repositories")
    }

    /// https://access.redhat.com/support/policy/updates/errata and the folders of its content delivery network.
    private static func distribution(isRegistering: Bool) -> RPMDistribution {
        RPMDistribution(
            element: "rhel",
            releases: ReleaseTable(
                distribution: "Red Hat Enterprise Linux", dated: "2026-11-29",
                releases: [
                    .init("8", endOfLife: "2029-05-31"), .init("9", endOfLife: "2032-05-31"),
                    .init("10", endOfLife: "2035-05-31"),
                ]),
            installer: .dnf, mirror: "https://cdn-ubi.redhat.com", bootNames: .fedora,
            image: .redHat
        ) { release in
            let folder =
                isRegistering
                ? "{mirror}/content/public/ubi/dist/ubi$releasever/$releasever/$basearch"
                : "{mirror}/content/dist/rhel$releasever/$releasever/$basearch"
            return .init(
                repositories: ["baseos", "appstream"].map {
                    RPMRepository($0, "\(folder)/\($0)/os")
                }, release: release,
                keyring:
                    "/usr/share/distribution-gpg-keys/redhat/RPM-GPG-KEY-redhat\(release)-release")
        }
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Rhel.self, host)
}
