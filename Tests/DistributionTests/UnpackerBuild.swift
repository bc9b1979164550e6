// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// A build whose tree is a cloud image from a server on the loopback interface, unpacked by the fixture element
/// unpacker with the facts of a distribution.
struct UnpackerBuild {
    let build: TestBuild
    let files: SignedFiles
    var requests: FilePath { build.folder.appending("requests") }
    var kept: FilePath { build.folder.appending("cache/images") }

    init(in folder: FilePath) throws {
        build = try TestBuild(in: folder)
        files = try SignedFiles(in: folder)
        try BuiltProducts.copyPlugin("Unpacker", to: build.plugins)
    }

    /// The release, and the image's name, that the facts have for x86-64.
    static let images = [
        "debian": ("bookworm", "debian-12-generic-amd64.qcow2"),
        "ubuntu": ("noble", "noble-server-cloudimg-amd64.img"),
        "fedora": ("41", "Fedora-Cloud-Base-Generic-41-1.4.x86_64.qcow2"),
        "opensuse": ("15.6", "openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2"),
        "centos": ("9-stream", "CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2"),
        "rocky": ("9.6", "Rocky-9-GenericCloud-Base.latest.x86_64.qcow2"),
        "almalinux": ("9", "AlmaLinux-9-GenericCloud-latest.x86_64.qcow2"),
    ]

    /// The image's name by the facts of a distribution.
    static func image(of distribution: String) -> String { images[distribution]?.1 ?? "image" }

    /// The path below which a distribution's image is served.
    func served(_ distribution: String) -> FilePath {
        files.served.appending(Self.image(of: distribution))
    }

    /// The build's command, to which the server is up; the facts' own image in the served folder.
    func command(
        _ distribution: String, from server: ImageServer = .ranges,
        _ settings: [String] = [], options: [String] = []
    ) -> Command {
        server.serving(
            files.served, log: requests, to: plainCommand(distribution, settings, options: options))
    }

    /// The same without a server; `ImageServer.address` stands for its address.
    func plainCommand(
        _ distribution: String, _ settings: [String], options: [String] = []
    ) -> Command {
        let release = Self.images[distribution]?.0 ?? "41"
        let own = [
            "facts=\(distribution)", "release=\(release)", "image-folder=\(ImageServer.address)",
            "image-keyring=\(files.keyring)", "retries=1",
        ]
        return build.command(
            ["unpacker"], formats: "tar",
            options: ["-n"] + options
                + (own + settings).flatMap { ["--set", "unpacker.\($0)"] })
    }

    /// The lines of the server's log: path and range of each request.
    func requestLines() throws -> [String] {
        try TextFile.read(requests).split(separator: "\n").map(String.init)
    }

    /// The images in the cache, by their digest.
    func keptImages() throws -> [String] { try keptFiles().filter { $0.hasPrefix("sha") } }

    /// The names of all files in the cache's folder of images but the checksum files that were believed.
    func keptFiles() throws -> [String] {
        let list =
            "find \"$1\" -maxdepth 1 -type f ! -name '*.checksums' ! -name '*.signature' -printf '%f\\n'"
        return try Command("bash", ["-c", "[ ! -d \"$1\" ] || \(list)", "bash", kept.string])
            .checkedOutput().split(separator: "\n").map(String.init)
    }
}
