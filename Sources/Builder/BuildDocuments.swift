// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import FoundationEssentials
import Legacy
import LinuxSystem
import Planning
import SystemPackage

/// What a build says about itself in outputs of their own: the manifest and the bill of materials.
///
/// Like the record in the image, neither holds a secret, a path of the build host or the time of the build.
struct BuildDocuments: Sendable {
    private let plan: BuildPlan
    private let layout: DiskLayout
    private let record: BuildRecord
    private let packages: [InstalledPackage]
    /// The ID of the tree's os-release.
    private let distribution: String
    private let time: Int64
    private let measure: ImageWriter.Measure
    private var identity: ContentDigest { measure.digest }

    /// Reads what the tree says of itself, where the plan has a document among its outputs.
    init(_ build: RunningBuild, _ measure: ImageWriter.Measure) throws {
        plan = build.plan
        layout = build.layout
        time = build.time
        self.measure = measure
        guard plan.outputs.contains(where: { [.manifest, .sbom].contains($0.format) }) else {
            record = BuildRecord(plan: plan, digests: [:])
            packages = []
            distribution = ""
            return
        }
        let tree = try build.tree
        record = BuildRecord(plan: plan, digests: try build.elementDigests())
        packages = try InstalledPackage.all(
            in: tree, at: build.folders.tree, limits: build.limits)
        let release = try tree.contents("/etc/os-release").map {
            String(decoding: $0, as: UTF8.self)
        }
        let line = (release ?? "").split(separator: "\n").first { $0.hasPrefix("ID=") }
        distribution = line.map { $0.dropFirst(3).filter { !"\"'".contains($0) } } ?? "linux"
    }

    // MARK: The manifest

    private struct Manifest: Encodable {
        struct Artifact: Encodable {
            var format: String
            /// The disk that it is an image of; nil: the first one, or none.
            var disk: String?
            var name: String
            var size: Int64
            var checksums: [String: String]
        }
        var schema = 1
        var dibhost: String
        var architecture: String
        var sourceDateEpoch: Int64
        var elements: [BuildRecord.Element]
        var parameters: [BuildRecord.Parameter]
        var packages: [InstalledPackage]
        var layout: DiskLayout?
        /// Where the layout's partitions came to lie.
        var disks: [ManifestDisk]?
        var artifacts: [Artifact]
    }

    /// The manifest of outputs that are complete.
    func manifest(of outputs: [OutputFile], _ digests: [Digest]) throws -> [UInt8] {
        let artifacts = try outputs.filter { $0.format != OutputFormat.manifest.rawValue }.map {
            output in
            let own = digests.filter { $0.path == output.path }
                .map { ($0.algorithm.rawValue, $0.value) }
            return Manifest.Artifact(
                format: output.format, disk: output.disk,
                name: output.path.lastComponent?.string ?? "",
                size: try output.size.bytes,
                checksums: Dictionary(own) { first, _ in first })
        }
        let hasDisk = plan.outputs.contains { $0.format.isDiskImage }
        return try Self.encoded(
            Manifest(
                dibhost: plan.version, architecture: plan.request.architecture,
                sourceDateEpoch: time, elements: record.elements, parameters: record.parameters,
                packages: packages, layout: hasDisk ? layout : nil,
                disks: hasDisk ? measure.disks.map(ManifestDisk.init) : nil, artifacts: artifacts))
    }

    // MARK: The bill of materials

    /// A document of SPDX 2.3: the image, and the packages that it contains.
    func billOfMaterials() throws -> [UInt8] {
        let name = plan.request.imageName.split(separator: "/").last.map(String.init) ?? "image"
        let image = BillOfMaterials.Package(
            identifier: "SPDXRef-Image", name: name, primaryPackagePurpose: "OPERATING-SYSTEM")
        let contents = packages.enumerated().map { number, package in
            BillOfMaterials.Package(
                identifier: "SPDXRef-Package-\(number + 1)", name: package.name,
                versionInfo: package.version, primaryPackagePurpose: "INSTALL",
                sourceInfo: package.source.map { "built from the source package \($0)" },
                externalRefs: [
                    .init(referenceLocator: package.address(distribution: distribution))
                ])
        }
        let created = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
        return try Self.encoded(
            BillOfMaterials(
                name: name, documentNamespace: "urn:uuid:\(identity.uuid(for: "spdx"))",
                creationInfo: .init(
                    created: created, creators: ["Tool: dibhost-\(plan.version)"]),
                packages: [image] + contents,
                relationships: [
                    .init("SPDXRef-DOCUMENT", "DESCRIBES", image.identifier)
                ] + contents.map { .init(image.identifier, "CONTAINS", $0.identifier) }))
    }

    private static func encoded(_ document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }
}
