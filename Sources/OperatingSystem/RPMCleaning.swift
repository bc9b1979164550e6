// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Takes logs and caches of rpm, dnf and zypper out of the tree.
struct RPMCleaning {
    private let target: CleanupContext
    private let settings: RPMSettings

    /// Folders that the installation made; one that belongs to a package stays, empty.
    private static let folders = [
        "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum", "/var/cache/zypp",
        "/var/log/zypp", "/etc/dnf/modules.d", "/etc/dnf",
    ]
    private static let emptied = ["/var/cache/", "/var/log/"]
    private static let logs = [
        "dnf.log", "dnf.rpm.log", "dnf.librepo.log", "dnf5.log", "hawkey.log", "zypper.log",
    ]

    init(_ target: CleanupContext, _ settings: RPMSettings) {
        self.target = target
        self.settings = settings
    }

    /// Removes them.
    func run() throws {
        for name in try target.kind(of: "/var/log") == .folder ? target.list("/var/log") : []
        where Self.logs.contains(where: { name == $0 || name.hasPrefix($0 + ".") }) {
            try target.remove("/var/log/\(name)")
        }
        for folder in Self.folders where try target.kind(of: folder) == .folder {
            if Self.emptied.contains(where: folder.hasPrefix) {
                for name in try target.list(folder) { try target.remove("\(folder)/\(name)") }
            }
            if try target.list(folder).isEmpty, try !isPackaged(folder) {
                try target.remove(folder)
            }
        }
        try forgetHistory()
        // By these zypper counts machines and says which one asks.
        for name in ["AnonymousUniqueId", "LastDistributionFlavor"] {
            try target.remove("/var/lib/zypp/\(name)")
        }
        // zypper makes it beside the database that it uses.
        if settings.facts.database != "/var/lib/rpm",
            try target.kind(of: "/var/lib/rpm") == .folder,
            try target.list("/var/lib/rpm").isEmpty
        {
            try target.remove("/var/lib/rpm")
        }
        try target.remove("\(settings.facts.database)/.rpm.lock")
    }

    /// dnf's history tells the command line, which names folders of the build; a package that it does not know counts
    /// as wanted by the user.
    ///
    /// A write-ahead log of sqlite that is empty differs from build to build in its index alone.
    private func forgetHistory() throws {
        for name in ["history.sqlite", "history.sqlite-shm", "history.sqlite-wal"] {
            try target.remove("/var/lib/dnf/\(name)")
        }
        if try target.kind(of: "/var/lib/dnf") == .folder, try target.list("/var/lib/dnf").isEmpty,
            try !isPackaged("/var/lib/dnf")
        {
            try target.remove("/var/lib/dnf")
        }
        let log = "\(settings.facts.database)/rpmdb.sqlite-wal"
        guard try target.kind(of: log) == .file, try target.readBytes(log).isEmpty else { return }
        try target.remove(log)
        try target.remove("\(settings.facts.database)/rpmdb.sqlite-shm")
    }

    private func isPackaged(_ path: String) throws -> Bool {
        let work = try RPMWorkFolder(settings, target)
        return try target.result(
            of: "rpm", ["--root", try target.treePath, "--query", "--file", path],
            environment: work.environment
        ).end.isSuccess
    }
}
