// SPDX-License-Identifier: Apache-2.0

extension RPMDistribution.Facts {
    /// The facts that CentOS Stream, Rocky Linux and AlmaLinux share: the repositories BaseOS and AppStream below
    /// `folder`, and a database that moved with release 10.
    public static func enterpriseLinux(
        _ release: String, folder: String, keyring: String
    ) -> Self {
        Self(
            repositories: [
                RPMRepository("baseos", folder + "/BaseOS/$basearch/os"),
                RPMRepository("appstream", folder + "/AppStream/$basearch/os"),
            ], release: release, keyring: keyring)
    }

    /// The facts of a release of Enterprise Linux with repositories of its own.
    public init(repositories: [RPMRepository], release: String, keyring: String) {
        let isOld = release == "8" || release == "9"
        self.init(
            repositories: repositories,
            database: isOld ? "/var/lib/rpm" : "/usr/lib/sysimage/rpm",
            hasBerkeleyDatabase: release == "8", keyring: keyring,
            modulePlatform: "platform:el\(release)")
    }
}
