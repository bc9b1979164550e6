// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// One answer of the metadata service: a request of HTTP/1.x on standard input, the answer on standard output.
///
/// QEMU starts a process for each connection to 169.254.169.254. The answers are the files of a folder; one named `.index`
/// holds what its folder lists. Where `token` stands in the folder, EC2's token is wanted, as IMDSv2 does.
package struct MetadataAnswer {
    private static let longestHead = 1 << 16
    private static let tokenPath = "latest/api/token"
    private static let tokenHeader = "x-aws-ec2-metadata-token:"
    private static let token = "dibhost-verify"

    private let folder: FilePath
    private let wantsToken: Bool

    /// The service whose answers lie in `folder`.
    package init(folder: FilePath, wantsToken: Bool) {
        self.folder = folder
        self.wantsToken = wantsToken
    }

    /// Reads the request and writes the answer.
    package func serve(from input: FileDescriptor, to output: FileDescriptor) throws {
        let lines = try head(from: input)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return try answer("400 Bad Request", "", output) }
        let path = words[1].prefix { $0 != "?" }.split(separator: "/").joined(separator: "/")
        switch words[0] {
        case "PUT" where path == Self.tokenPath && wantsToken:
            try answer("200 OK", Self.token, output)
        case "GET":
            guard !wantsToken || hasToken(lines) else {
                return try answer("401 Unauthorized", "", output)
            }
            guard let text = try text(at: path) else {
                return try answer("404 Not Found", "there is no '\(path)'\n", output)
            }
            try answer("200 OK", text, output)
        default:
            try answer("405 Method Not Allowed", "", output)
        }
    }

    /// The lines up to the empty one; of a body nobody wants to know.
    private func head(from input: FileDescriptor) throws -> [String] {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: end) == nil, bytes.count < Self.longestHead {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    private func hasToken(_ lines: [String]) -> Bool {
        lines.contains {
            $0.lowercased().hasPrefix(Self.tokenHeader) && $0.hasSuffix(Self.token)
        }
    }

    /// The file at a path, or what a folder lists; nil when there is none.
    private func text(at path: String) throws -> String? {
        let root = try TreeRoot(folder)
        for name in ["/\(path)", "/\(path)/\(MetadataFiles.index)"] {
            if let entry = try root.entry(name), entry.kind == .file {
                return String(decoding: try root.contents(name) ?? [], as: UTF8.self)
            }
        }
        guard let entry = try root.entry("/\(path)"), entry.kind == .folder else { return nil }
        return try FolderListing.entries(of: folder.appending(path)).map { entry in
            entry.name + (entry.kind == .folder ? "/" : "")
        }.sorted().joined(separator: "\n")
    }

    private func answer(_ status: String, _ text: String, _ output: FileDescriptor) throws {
        let head = """
            HTTP/1.1 \(status)\r
            Content-Type: text/plain\r
            Content-Length: \(text.utf8.count)\r
            Connection: close\r
            \r

            """
        try output.writeAll((head + text).utf8)
    }
}
