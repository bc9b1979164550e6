// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import GrowrootManifest

/// Has the root file system grow to its disk: a unit that runs the script beside this file at every boot.
struct Growroot: Element, InstallPhase {
    private static let script = "/usr/lib/dibhost/growroot"
    private static let unit = "growroot.service"

    init(_ parameters: Parameters) throws {}

    func install(_ target: InstallContext) throws {
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(Self.script, String(cString: growroot_script()), mode: 0o755)
        let folder = "/etc/systemd/system"
        let wants = "\(folder)/multi-user.target.wants"
        try target.makeFolder(wants)
        try target.writeFile("\(folder)/\(Self.unit)", Self.text)
        try target.makeLink("\(wants)/\(Self.unit)", to: "../\(Self.unit)")
    }

    private static let text = """
        # Written by dibhost's element growroot.
        [Unit]
        Description=Growth of the root file system to its disk
        # A state partition takes its place on the disk first.
        After=local-fs.target dibhost-persistent-state.service

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(script)

        [Install]
        WantedBy=multi-user.target

        """
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Growroot.self, host)
}
