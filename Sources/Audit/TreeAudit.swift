// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// Looks for what a tree must not have when it is handed on: by paths, by content, by owners.
///
/// Nothing of the tree is run, no link is followed, and memory does not grow with it.
package struct TreeAudit: Sendable {
    /// What is larger is no file of settings or keys.
    private static let longestText = 1 << 20
    /// Names that many hosts have, which tell nothing.
    private static let commonNames: Set<String> = [
        "localhost", "localhost.localdomain", "debian", "ubuntu", "fedora", "rhel", "centos",
        "rocky", "almalinux", "opensuse", "suse", "linux", "host", "builder", "build", "docker",
    ]

    private let root: FilePath
    /// Where the tree has its place in a system, without a leading slash; empty for "/".
    private let prefix: String
    private let volumes: [String]
    private let content: ContentRules
    private let allowed: Set<AuditRule>
    private let interrupt: FileDescriptor?

    /// An audit of the folder `root`, on whose `volumes` further file systems of the tree are mounted.
    ///
    /// `hostName` is the build host's; findings of the rules in `allowed` are left out.
    package init(
        root: FilePath, prefix: String = "", volumes: [String] = [], hostName: String,
        allowing allowed: Set<AuditRule>, interrupt: FileDescriptor? = nil
    ) {
        self.root = root
        self.prefix = prefix
        self.volumes = volumes
        self.allowed = allowed
        self.interrupt = interrupt
        let short = hostName.prefix { $0 != "." }
        let names = Set([hostName, String(short)]).filter {
            $0.count > 2 && !Self.commonNames.contains($0.lowercased())
        }
        content = ContentRules(hostNames: names.sorted { $0.count > $1.count })
    }

    /// Walks the tree.
    ///
    /// - Throws: `BuildError` for what cannot be read.
    package func run() throws -> AuditReport {
        var report = AuditReport(allowing: allowed)
        try run(AccountFiles(TreeRoot(root)), &report)
        return report
    }

    /// Walks the tree, whose accounts are those of a system that it is a part of.
    func run(_ accounts: AccountFiles, _ report: inout AuditReport) throws {
        try TreeWalk(root: root, volumes: volumes, interrupt: interrupt).forEach { entry in
            try check(entry, accounts, &report)
            return true
        }
    }

    private func check(
        _ entry: TreeEntry, _ accounts: AccountFiles, _ report: inout AuditReport
    ) throws {
        let own = String(decoding: entry.path, as: UTF8.self)
        let path = prefix.isEmpty || own.isEmpty ? prefix + own : "\(prefix)/\(own)"
        checkOwner(entry, "/" + path, accounts, &report)
        guard entry.kind == .file, entry.status.st_size > 0 else { return }
        let named = PathRules.findings(at: path, homes: accounts.homes)
        for (rule, reason) in named { report.add(rule, "/" + path, reason) }
        guard ContentRules.areFor(path), entry.status.st_size <= Self.longestText,
            !named.contains(where: { $0.rule.severity == .error })
        else { return }
        for (rule, reason) in content.findings(at: path, try contents(of: entry)) {
            report.add(rule, "/" + path, reason)
        }
    }

    private func checkOwner(
        _ entry: TreeEntry, _ path: String, _ accounts: AccountFiles,
        _ report: inout AuditReport
    ) {
        if let users = accounts.users, !users.contains(entry.status.st_uid) {
            report.add(.owner, path, "its user \(entry.status.st_uid) has no name")
        } else if let groups = accounts.groups, !groups.contains(entry.status.st_gid) {
            report.add(.owner, path, "its group \(entry.status.st_gid) has no name")
        }
    }

    private func contents(of entry: TreeEntry) throws -> [UInt8] {
        do throws(Errno) {
            let file = try entry.open()
            defer { try? file.close() }
            return try Self.read(file)
        } catch {
            throw BuildError(
                .buildFailed, "cannot read '\(entry.displayPath)' of '\(root)'",
                hint: error == .permissionDenied ? "Run it as root." : nil,
                cause: error.description)
        }
    }

    private static func read(_ file: FileDescriptor) throws(Errno) -> [UInt8] {
        do {
            return try file.contents()
        } catch let error as Errno {
            throw error
        } catch {
            throw .ioError
        }
    }
}
