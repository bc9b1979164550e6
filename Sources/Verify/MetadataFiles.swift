// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// The files of a metadata drive, or the answers of a metadata service, by their path.
///
/// Sources: the guides of EC2 on instance metadata (versions 2009-04-04 and 2021-03-23), OpenStack's on its metadata
/// service and config drives, cloud-init's on NoCloud.
struct MetadataFiles {
    /// The versions of EC2's service beside `latest`: those that cloud-init asks for.
    private static let versions = ["latest", "2009-04-04", "2021-03-23"]
    /// What an answer lists where the names of files would not do; `MetadataAnswer` reads it.
    static let index = ".index"

    private(set) var texts: [String: String] = [:]

    init(_ kind: MetadataKind, _ metadata: MachineMetadata, adapter: String) throws {
        switch kind {
        case .ec2: try addEC2(metadata, adapter)
        case .openstack, .configdrive: try addOpenStack(metadata)
        case .nocloud: try addNoCloud(metadata)
        }
    }

    /// Writes the files below `folder`.
    func write(to folder: FilePath) throws {
        for (path, text) in texts.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path)
            try Command("mkdir", ["-p", "--", file.removingLastComponent().string]).checkedOutput()
            let descriptor = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite])
            try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
        }
    }

    private mutating func addEC2(_ metadata: MachineMetadata, _ adapter: String) throws {
        let name = metadata.hostname ?? ""
        var files = [
            "ami-id": "ami-verify", "instance-id": metadata.instanceID ?? "",
            "instance-type": "t3.small", "hostname": name, "local-hostname": name,
            "placement/availability-zone": "verify-1a", "security-groups": "default",
            "services/domain": "amazonaws.com",
            "network/interfaces/macs/\(adapter)/device-number": "0",
            "network/interfaces/macs/\(adapter)/interface-id": "eni-1",
        ]
        let keys = metadata.keys ?? []
        if !keys.isEmpty {
            files["public-keys/\(Self.index)"] = keys.indices.map { "\($0)=key-\($0)" }
                .joined(separator: "\n")
            for (number, key) in keys.enumerated() {
                files["public-keys/\(number)/openssh-key"] = key
            }
        }
        var tags = metadata.meta ?? [:]
        if let name = tags.keys.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
            throw BuildError(
                .refused, "EC2 has no tag '\(name)'", hint: "Give 'meta' names without '/'.")
        }
        tags["hand-over"] = try metadata.handOverText
        for (tag, value) in tags { files["tags/instance/\(tag)"] = value }
        for version in Self.versions {
            for (path, text) in files { texts["\(version)/meta-data/\(path)"] = text }
            if let data = metadata.userData { texts["\(version)/user-data"] = data }
            texts["\(version)/dynamic/instance-identity/document"] = try MachineMetadata.json([
                "accountId": "0", "instanceId": metadata.instanceID ?? "", "region": "verify-1",
            ])
        }
        texts[Self.index] = Self.versions.joined(separator: "\n")
    }

    private mutating func addOpenStack(_ metadata: MachineMetadata) throws {
        struct Document: Encodable {
            var uuid: String?
            var hostname: String?
            var name: String?
            var publicKeys: [String: String]
            var meta: [String: String]

            enum CodingKeys: String, CodingKey {
                case uuid, hostname, name, meta
                case publicKeys = "public_keys"
            }
        }
        var meta = metadata.meta ?? [:]
        meta["hand-over"] = try metadata.handOverText
        let keys = (metadata.keys ?? []).enumerated().map { ("key-\($0)", $1) }
        let document = Document(
            uuid: metadata.instanceID, hostname: metadata.hostname, name: metadata.hostname,
            publicKeys: Dictionary(uniqueKeysWithValues: keys), meta: meta)
        texts["openstack/latest/meta_data.json"] = try MachineMetadata.json(document)
        if let data = metadata.userData { texts["openstack/latest/user_data"] = data }
        texts["openstack/\(Self.index)"] = "latest"
    }

    private mutating func addNoCloud(_ metadata: MachineMetadata) throws {
        struct Document: Encodable {
            var instanceID: String?
            var hostname: String?
            var keys: [String]
            var handOver: [String: String]?

            enum CodingKeys: String, CodingKey {
                case instanceID = "instance-id"
                case hostname = "local-hostname"
                case keys = "public-keys"
                case handOver = "hand-over"
            }
        }
        // JSON is YAML, too.
        texts["meta-data"] = try MachineMetadata.json(
            Document(
                instanceID: metadata.instanceID, hostname: metadata.hostname,
                keys: metadata.keys ?? [], handOver: metadata.handOver))
        texts["user-data"] = metadata.userData ?? "#cloud-config\n{}\n"
    }
}
