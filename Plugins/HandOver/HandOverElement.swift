// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import HandOverManifest

/// Hands a machine over to its configuration manager: starts the agent with what the metadata gave.
struct HandOver: Element, PostInstallPhase {
    private static let script = "/usr/lib/dibhost/hand-over"
    private static let settings = "/etc/dibhost/hand-over"
    private static let unit = "hand-over.service"

    private let agent: String
    private let command: String

    init(_ parameters: Parameters) throws {
        agent = try parameters.text("unit")
        command = parameters["command"] ?? ""
        let characters = "._-@\\"
        guard agent.contains("."),
            agent.allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || characters.contains($0))
            })
        else {
            throw ElementError(
                "'\(agent)' is no name of a systemd unit",
                hint: "Set hand-over.unit to the agent's, such as salt-minion.service.")
        }
    }

    func postInstall(_ target: PostInstallContext) throws {
        let folders = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"]
        guard try folders.contains(where: { try target.exists("\($0)/\(agent)") }) else {
            throw ElementError(
                "the image has no unit '\(agent)'",
                hint: "Add the agent's package with -p, or set hand-over.unit.")
        }
        try target.run("systemctl", ["--quiet", "disable", agent])
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(Self.script, String(cString: hand_over_script()), mode: 0o755)
        try target.makeFolder("/etc/dibhost")
        try target.writeFile(
            Self.settings, "unit=\(Self.quoted(agent))\ncommand=\(Self.quoted(command))\n")
        let wants = "/etc/systemd/system/multi-user.target.wants"
        try target.makeFolder(wants)
        try target.writeFile("/etc/systemd/system/\(Self.unit)", Self.text)
        try target.makeLink("\(wants)/\(Self.unit)", to: "../\(Self.unit)")
    }

    private static func quoted(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''")
            + "'"
    }

    private static let text = """
        # Written by dibhost's element hand-over.
        [Unit]
        Description=Hand-over to the configuration manager
        After=instance-metadata.service network.target

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
    exportElement(HandOver.self, host)
}
