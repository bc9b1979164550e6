// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The folder of a build for the settings of rpm, dnf and zypper, below the build's scratch folder and gone with it.
///
/// It is also the home folder of these programs. That keeps the settings of the build host's root user away, and it is
/// the one place where Debian's rpm lets itself be told where a tree has its database: without a macro %_dbpath it makes
/// one in the tree's /root.
struct RPMWorkFolder {
    let path: String
    private let settings: RPMSettings
    private let target: any HostContext

    init(_ settings: RPMSettings, _ target: any HostContext) throws {
        self.settings = settings
        self.target = target
        path = "\(try target.requiredValue(of: .scratchFolder))/\(settings.distribution.element)"
    }

    var repositories: String { path + "/repositories" }
    var keys: String { path + "/keys" }
    var gpg: String { path + "/gpg" }
    var variables: String { path + "/variables" }
    var log: String { path + "/log" }

    /// Makes the folder, and tells rpm where the tree's database is.
    func make() throws {
        let folders = [repositories, keys, gpg, variables, log]
        try target.run("mkdir", ["--parents", "--mode=0700", "--"] + [path] + folders)
        // Whatever dnf or zypper let pass, rpm itself refuses what is not signed.
        let level = settings.acceptsUnsigned ? "digest" : "all"
        try write(
            "\(path)/.rpmmacros",
            "%_dbpath \(settings.facts.database)\n%_pkgverify_level \(level)\n")
    }

    /// Writes a file that only root may read.
    func write(_ file: String, _ text: String) throws {
        try target.run("/bin/sh", ["-ec", "umask 077; cat >\"$1\"", "sh", file], input: text)
    }

    /// What rpm, dnf and zypper get on top of the build's environment.
    var environment: [String: String] {
        var environment = settings.proxyVariables
        environment["HOME"] = path
        environment["LC_ALL"] = "C.UTF-8"
        // Scripts of packages ask systemctl, which then changes files only.
        environment["SYSTEMD_OFFLINE"] = "1"
        environment["ZYPP_CONF"] = path + "/zypp.conf"
        environment["ZYPP_LOGFILE"] = log + "/zypper.log"
        return environment
    }
}
