// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// A repository of the vendor's own packages, for apt, dnf or zypper, that is believed by its key alone.
struct VendorRepository {
    private static let aptFolder = "/etc/apt"
    private static let aptSource = "sources.list.d/mellanox.sources"
    private static let aptKey = "/etc/apt/keyrings/mellanox.asc"
    private static let rpmKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-mellanox"
    private static let rpmFolders = ["/etc/zypp/repos.d", "/etc/yum.repos.d"]
    private static let startOfKey = "-----BEGIN PGP PUBLIC KEY BLOCK-----"

    /// What is installed from it.
    let packages: [String]
    private let address: String
    private let keyFile: String

    /// The repository that the parameters name, if they name one.
    init?(_ parameters: Parameters) throws {
        guard let address = parameters["repository"] else { return nil }
        guard let keyFile = parameters["repository-key"] else {
            throw ElementError(
                "parameter 'repository' needs 'repository-key'",
                hint: "Name the file with the key that the repository is signed with.")
        }
        let schemes = ["http://", "https://", "file:///"]
        guard schemes.contains(where: address.hasPrefix), !address.contains(where: \.isWhitespace)
        else {
            throw ElementError(
                "parameter 'repository': '\(address)' is no address",
                hint: "Begin it with http://, https:// or file:///.")
        }
        packages = parameters.list("repository-packages")
        self.address = address
        self.keyFile = keyFile
    }

    /// Writes key and entry, outside of the chroot, where the user's files are.
    func writeFiles(_ host: ExtraDataContext) throws {
        guard let key = try host.readUserFile(keyFile), key.contains(Self.startOfKey) else {
            throw ElementError(
                "parameter 'repository-key': '\(keyFile)' is no public PGP key in ASCII, or is not there",
                hint: "Export the key with 'gpg --armor --export'.")
        }
        if try host.exists(Self.aptFolder) {
            try host.makeFolder("/etc/apt/keyrings")
            try host.writeFile(Self.aptKey, key)
            try host.writeFile("\(Self.aptFolder)/\(Self.aptSource)", aptEntry)
            return
        }
        guard let folder = try Self.rpmFolders.first(where: { try host.exists($0) }) else {
            throw ElementError(
                "the tree has neither /etc/apt nor a folder for repositories of dnf or zypper")
        }
        try host.makeFolder("/etc/pki")
        try host.makeFolder("/etc/pki/rpm-gpg")
        try host.writeFile(Self.rpmKey, key)
        try host.writeFile("\(folder)/mellanox.repo", rpmEntry)
    }

    /// Has apt read the index of this repository, and no other; dnf and zypper do so by themselves.
    func readIndex(_ target: PreInstallContext) throws {
        guard try target.exists(Self.aptFolder) else {
            try target.run("rpm", ["--import", Self.rpmKey])
            return
        }
        try target.run(
            "apt-get",
            [
                "update", "-o", "Dir::Etc::sourcelist=\(Self.aptSource)", "-o",
                "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0", "-o",
                "APT::Update::Error-Mode=any",
            ])
    }

    /// In a flat repository the suite is a folder, sources.list(5).
    private var aptEntry: String {
        """
        Types: deb
        URIs: \(address)
        Suites: ./
        Signed-By: \(Self.aptKey)

        """
    }

    private var rpmEntry: String {
        """
        [mellanox]
        name=NVIDIA (Mellanox) drivers
        baseurl=\(address)
        enabled=1
        gpgcheck=1
        gpgkey=file://\(Self.rpmKey)

        """
    }
}
