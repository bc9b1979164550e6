// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// Archives that container engines load: one layer, which is the tree, and what describes it.
extension FormatWriter {
    /// What `docker save` writes: the layer as it is, so that its checksum is that of the tar inside.
    func writeDockerArchive(to output: OutputFile) throws -> [String] {
        let archive = LayerArchive(output: output.descriptor, time: options.time)
        var layer = ""
        var warnings: [String] = []
        try archive.writeLayer { _ in
            let digest = try MessageDigest()
            warnings = try TreeArchive.write(tree, options: archiveOptions()) { bytes in
                try digest.update(bytes)
                try output.descriptor.writeAll(bytes)
            }.warnings
            layer = try digest.finish()
            return "\(layer)/layer.tar"
        }
        let container = options.container
        let config = try container.config(layer: layer, time: options.time)
        let configName = "\(try MessageDigest.of(config)).json"
        try archive.write(config, as: configName)
        let manifest = ContainerDescription.DockerManifest(
            config: configName, tags: [container.reference], layers: ["\(layer)/layer.tar"])
        try archive.write(ContainerDescription.encoded([manifest]), as: "manifest.json")
        try archive.finish()
        return warnings
    }

    /// An OCI image layout as one file; the layer is compressed with gzip, which every engine reads.
    func writeOCIArchive(to output: OutputFile) throws -> [String] {
        let archive = LayerArchive(output: output.descriptor, time: options.time)
        let content = try MessageDigest()
        var warnings: [String] = []
        var layer = ContainerDescription.Descriptor(
            mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: "", size: 0)
        try archive.writeLayer { start in
            warnings = try FilterProgram.gzip.run(to: output.descriptor) { input in
                try TreeArchive.write(tree, options: archiveOptions()) { bytes in
                    try content.update(bytes)
                    try input.writeAll(bytes)
                }.warnings
            }
            let end = try output.descriptor.seek(offset: 0, from: .end)
            let compressed = try MessageDigest()
            try FilePieces(
                output.descriptor, start..<end, interrupt: options.limits.interrupt
            ).forEach { try compressed.update($0) }
            let value = try compressed.finish()
            layer.digest = "sha256:\(value)"
            layer.size = end - start
            return "blobs/sha256/\(value)"
        }
        let config = try archive.writeBlob(
            try options.container.config(layer: try content.finish(), time: options.time),
            "application/vnd.oci.image.config.v1+json")
        let manifest = ContainerDescription.Manifest(config: config, layers: [layer])
        var descriptor = try archive.writeBlob(
            ContainerDescription.encoded(manifest), manifest.mediaType)
        descriptor.annotations = ["org.opencontainers.image.ref.name": options.container.tag]
        try archive.write(
            ContainerDescription.encoded(ContainerDescription.Index(manifests: [descriptor])),
            as: "index.json")
        try archive.write(
            ContainerDescription.encoded(["imageLayoutVersion": "1.0.0"]), as: "oci-layout")
        try archive.finish()
        return warnings
    }

    /// An App Container Image: a tar with the tree below rootfs/ and a manifest.
    func writeAppContainer(to output: OutputFile) throws -> [String] {
        var archive = archiveOptions()
        archive.prefix = "rootfs/"
        let manifest =
            try options.container.aciManifest.map { try FileDescriptor.contents(of: FilePath($0)) }
            ?? options.container.appContainerManifest
        archive.leadingFile = ("manifest", manifest)
        return try writeArchive(archive, to: output)
    }
}

extension LayerArchive {
    /// Adds a blob under the name that OCI gives it.
    fileprivate func writeBlob(
        _ content: [UInt8], _ mediaType: String
    ) throws -> ContainerDescription.Descriptor {
        let digest = try MessageDigest.of(content)
        try write(content, as: "blobs/sha256/\(digest)")
        return .init(
            mediaType: mediaType, digest: "sha256:\(digest)", size: Int64(content.count))
    }
}
