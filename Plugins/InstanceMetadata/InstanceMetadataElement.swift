// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import InstanceMetadataManifest

/// Puts in effect what a machine's metadata says.
///
/// cloud-init and simple-init read the metadata and give them to the script beside this file, which changes whose keys may
/// log in, the host's name, and what is handed over to the configuration manager.
struct InstanceMetadata: Element, InstallPhase {
    private static let script = "/usr/lib/dibhost/apply-metadata"
    private static let settings = "/etc/dibhost/metadata.json"

    /// The default user; nil when only the image's own /etc/os-release tells.
    private let user: String?

    init(_ parameters: Parameters) throws {
        user = parameters["user"].flatMap { $0.isEmpty ? nil : $0 }
        if let user { try Self.check(user) }
    }

    func install(_ target: InstallContext) throws {
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(Self.script, String(cString: apply_metadata_script()), mode: 0o755)
        try target.makeFolder("/etc/dibhost")
        let user = try user ?? distribution(target)
        try target.writeFile(Self.settings, "{\"user\": \"\(user)\"}\n")
    }

    /// The distribution's own name, os-release(5), which the cloud images of most give to their default user.
    private func distribution(_ target: InstallContext) throws -> String {
        let path = "/etc/os-release"
        let text = try target.exists(path) ? try target.readFile(path) : ""
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ID=") }) else {
            throw ElementError(
                "nobody says who the default user is",
                hint: "Set instance-metadata.user, or use an operating system that names one.")
        }
        let name = line.dropFirst(3).filter { $0 != "\"" && $0 != "'" }
        try Self.check(name)
        return name
    }

    private static func check(_ user: String) throws {
        let isName = user.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))
        }
        guard isName, !user.isEmpty, !user.hasPrefix("-") else {
            throw ElementError(
                "'\(user)' is no name of a user", hint: "Set instance-metadata.user to one.")
        }
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(InstanceMetadata.self, host)
}
