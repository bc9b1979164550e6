// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
package import Planning

/// What container formats say about an image beside its files.
package struct ContainerDescription: Sendable {
    /// Go's name of the architecture.
    package var architecture: String
    /// "NAME:TAG", the name that `docker load` gives to the image.
    package var reference: String
    /// The file that is an aci's manifest (ACI_MANIFEST); one is made where there is none.
    package var aciManifest: String?

    /// What a request says.
    package init(request: BuildRequest) {
        architecture = Self.architectures[request.architecture] ?? request.architecture
        reference = request.containerReference
        aciManifest = request.environment["ACI_MANIFEST"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let architectures = [
        "armhf": "arm", "armel": "arm", "i386": "386", "ppc64el": "ppc64le", "mips64el": "mips64le",
    ]

    var tag: String { reference.split(separator: ":").last.map(String.init) ?? "latest" }
    var name: String { String(reference.dropLast(tag.count + 1)) }

    // MARK: The documents of OCI and docker

    struct Config: Encodable {
        struct RootFS: Encodable {
            var type = "layers"
            var layers: [String]

            enum CodingKeys: String, CodingKey {
                case type
                case layers = "diff_ids"
            }
        }
        struct Step: Encodable {
            var created: String
            var author: String

            enum CodingKeys: String, CodingKey {
                case created
                case author = "created_by"
            }
        }
        struct Settings: Encodable {}
        var architecture: String
        var os = "linux"
        var created: String
        var config = Settings()
        var rootfs: RootFS
        var history: [Step]
    }

    struct Descriptor: Encodable {
        var mediaType: String
        var digest: String
        var size: Int64
        var annotations: [String: String]?
    }

    struct Manifest: Encodable {
        var schemaVersion = 2
        var mediaType = "application/vnd.oci.image.manifest.v1+json"
        var config: Descriptor
        var layers: [Descriptor]
    }

    struct Index: Encodable {
        var schemaVersion = 2
        var mediaType = "application/vnd.oci.image.index.v1+json"
        var manifests: [Descriptor]
    }

    struct DockerManifest: Encodable {
        var config: String
        var tags: [String]
        var layers: [String]

        enum CodingKeys: String, CodingKey {
            case config = "Config"
            case tags = "RepoTags"
            case layers = "Layers"
        }
    }

    struct AppContainer: Encodable {
        struct Label: Encodable {
            var name: String
            var value: String
        }
        var acKind = "ImageManifest"
        var acVersion = "0.8.11"
        var name: String
        var labels: [Label]
    }

    /// The configuration of a container whose only layer has this checksum, uncompressed.
    func config(layer: String, time: Int64) throws -> [UInt8] {
        let created = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
        return try Self.encoded(
            Config(
                architecture: architecture, created: created,
                rootfs: .init(layers: ["sha256:\(layer)"]),
                history: [.init(created: created, author: "dibhost")]))
    }

    var appContainerManifest: [UInt8] {
        get throws {
            try Self.encoded(
                AppContainer(
                    name: name,
                    labels: [
                        .init(name: "arch", value: architecture), .init(name: "os", value: "linux"),
                    ]))
        }
    }

    static func encoded(_ document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document))
    }
}
