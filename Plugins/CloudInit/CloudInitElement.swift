// SPDX-License-Identifier: Apache-2.0

internal import CloudInitManifest
public import ElementAPI

/// cloud-init, which reads the metadata anew at every boot.
///
/// By itself it keeps what it read at the first one, and adds keys without ever taking one away. So its memory of the
/// source is removed before it starts, and what it found is handed to the element instance-metadata before sshd starts.
struct CloudInit: Element, InstallPhase {
    private static let script = "/usr/lib/dibhost/from-cloud-init"
    private static let unit = "instance-metadata.service"
    private static let units = "/etc/systemd/system"

    init(_ parameters: Parameters) throws {}

    func install(_ target: InstallContext) throws {
        try writeSettings(target)
        let dropIn = "\(Self.units)/cloud-init-local.service.d"
        try target.makeFolder(dropIn)
        try target.writeFile("\(dropIn)/10-dibhost.conf", Self.dropInText)
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(Self.script, String(cString: from_cloud_init_script()), mode: 0o755)
        try target.writeFile("\(Self.units)/\(Self.unit)", Self.unitText)
        let wants = "\(Self.units)/cloud-init.target.wants"
        try target.makeFolder(wants)
        try target.makeLink("\(wants)/\(Self.unit)", to: "../\(Self.unit)")
    }

    private func writeSettings(_ target: InstallContext) throws {
        let settings = try target.readFile("/etc/dibhost/metadata.json")
        let user = settings.split(separator: "\"").dropFirst(3).first ?? "root"
        let folder = "/etc/cloud/cloud.cfg.d"
        try target.makeFolder(folder)
        try target.writeFile(
            "\(folder)/95-dibhost.cfg",
            """
            # Written by dibhost's element cloud-init.
            ssh_pwauth: false
            disable_root: true
            # The image has none; those of another instance are replaced by instance-metadata.service.
            ssh_deletekeys: false
            system_info:
              default_user:
                name: \(user)
                lock_passwd: true

            """)
    }

    private static let dropInText = """
        # Written by dibhost's element cloud-init: the source of metadata is asked at every boot.
        [Service]
        ExecStartPre=-/bin/rm -f /var/lib/cloud/instance/obj.pkl

        """

    private static let unitText = """
        # Written by dibhost's element cloud-init.
        [Unit]
        Description=Keys and names of this machine's metadata
        After=cloud-init.service
        Before=ssh.service ssh.socket sshd.service sshd.socket hand-over.service
        ConditionPathExists=/run/cloud-init/instance-data-sensitive.json

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c '\(script) >/run/dibhost-metadata && exec /usr/lib/dibhost/apply-metadata </run/dibhost-metadata'
        ExecStartPost=/bin/rm -f /run/dibhost-metadata
        UMask=0077

        [Install]
        WantedBy=cloud-init.target

        """
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(CloudInit.self, host)
}
