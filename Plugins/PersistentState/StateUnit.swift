// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The systemd unit that runs the script at boot.
///
/// It comes before local-fs.target, and so before every service that does not opt out of the usual order; and after
/// the file systems in which the paths lie. Whoever makes the root partition larger comes later: what it finds is an
/// entry behind the root's.
struct StateUnit {
    static let name = "dibhost-persistent-state.service"

    private let settings: StateSettings

    init(_ settings: StateSettings) { self.settings = settings }

    func install(_ target: InstallContext) throws {
        let folder = "/usr/lib/systemd/system"
        try target.makeFolder(folder)
        try target.writeFile("\(folder)/\(Self.name)", text)
        let wants = "/etc/systemd/system/local-fs.target.wants"
        try target.makeFolder(wants)
        try target.makeLink("\(wants)/\(Self.name)", to: "\(folder)/\(Self.name)")
    }

    /// The folders that the paths and the mount point of the state lie in.
    private var parents: [String] {
        var parents: [String] = []
        for path in settings.paths + [PersistentState.mountPoint] {
            let parent = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
            if parent != "/", !parents.contains(parent) { parents.append(parent) }
        }
        return parents
    }

    private var text: String {
        """
        # Written by dibhost's element persistent-state.
        [Unit]
        Description=Persistent state: \(settings.paths.joined(separator: " "))
        DefaultDependencies=no
        RequiresMountsFor=\(parents.joined(separator: " "))
        # Those who would grow the root file system's partition, and all who use the paths.
        Before=systemd-repart.service systemd-growfs-root.service
        Before=cloud-init-local.service cloud-init-main.service cloud-init.service
        Before=systemd-journal-flush.service systemd-random-seed.service systemd-update-utmp.service
        Before=local-fs.target shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(PersistentState.scriptPath) start
        StandardOutput=journal+console
        StandardError=journal+console

        [Install]
        WantedBy=local-fs.target

        """
    }
}
